import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

import { gateReport } from '../documents/gate-report.ts';
import { buildCli } from './support/built-cli.ts';
import { SMALL_SCENARIO } from './support/scenario-text.ts';
import { workspace } from './support/workspace.ts';

const action = z
  .object({
    inputs: z.record(z.string(), z.object({ description: z.string(), default: z.string().optional() })),
    outputs: z.record(z.string(), z.object({ value: z.string() })),
    runs: z.object({
      using: z.literal('composite'),
      steps: z.tuple([
        z.object({
          id: z.string(),
          shell: z.string(),
          env: z.record(z.string(), z.string()),
          run: z.string(),
        }),
      ]),
    }),
  })
  .parse(parse(readFileSync(fileURLToPath(new URL('../action.yml', import.meta.url)), 'utf8')));

const [step] = action.runs.steps;
const TWINS = SMALL_SCENARIO.replace('{ builtin: least-request }', '{ builtin: round-robin }');

// As a runner does it, which has bash.
describe.runIf(existsSync('/bin/bash'))('the GitHub action', () => {
  let main = '';
  beforeAll(() => {
    main = buildCli();
  });

  function runAction(inputs: Readonly<Record<string, string>>) {
    const { folder, read, files } = workspace({ 's.yaml': TWINS, output: '', summary: '' });
    // The program is built: its bootstrap would install what every test has.
    mkdirSync(path.join(folder, 'action', 'cli'), { recursive: true });
    writeFileSync(
      path.join(folder, 'action', 'cli', 'bootstrap.mjs'),
      `process.argv.splice(1, 2, ${JSON.stringify(main)}); await import(${JSON.stringify(main)});`,
    );
    const env = Object.fromEntries(
      Object.entries(step.env).map(([name, expression]) => {
        const input = /^\$\{\{ inputs\.(\w+) \}\}$/.exec(expression)?.[1] ?? '';
        expect(Object.keys(action.inputs)).toContain(input);
        return [name, inputs[input] ?? action.inputs[input]?.default ?? ''];
      }),
    );
    const done = spawnSync('/bin/bash', ['-e', '-o', 'pipefail', '-c', step.run], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        ...env,
        RUNNER_TEMP: folder,
        GITHUB_ACTION_PATH: path.join(folder, 'action'),
        GITHUB_OUTPUT: path.join(folder, 'output'),
        GITHUB_STEP_SUMMARY: path.join(folder, 'summary'),
      },
    });
    return { ...done, read, files };
  }

  it('annotates, summarises, writes its files and outputs, and passes what passes', () => {
    const { status, stdout, stderr, read } = runAction({
      scenario: 's.yaml',
      arguments: '--replications=8\n--set=spec.thresholds={ ttft: ["p(90) < baseline * 9"] }\n',
      markdown: 'comment.md',
      junit: 'junit.xml',
    });
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/^::notice title=fleetcast gate%3A small::Pass: /);
    expect(read('summary')).toMatch(/^### ✅ fleetcast gate: small\n/);
    expect(read('comment.md')).toBe(read('summary').replace(/\n$/, ''));
    expect(read('junit.xml')).toContain('<testsuites');
    const outputs = Object.fromEntries(
      read('output')
        .trim()
        .split('\n')
        .map((line) => line.split('=')),
    );
    expect(Object.keys(outputs).sort()).toEqual(Object.keys(action.outputs).sort());
    expect(outputs['verdict']).toBe('pass');
    expect(gateReport.parse(JSON.parse(readFileSync(outputs['report'] ?? '', 'utf8'))).verdict).toBe('pass');
  });

  it('fails what fails, and a scenario that is wrong', () => {
    const failed = runAction({
      scenario: 's.yaml',
      arguments: '--replications=2\n--set=spec.thresholds={ ttft: ["p(90) < 1us"] }',
    });
    expect(failed.status).toBe(99);
    expect(failed.stdout).toMatch(/^::error /);
    expect(failed.read('output')).toContain('verdict=fail\n');
    const wrong = runAction({ scenario: 's.yaml', arguments: '--set=spec.model=nobody' });
    expect(wrong.status).toBe(2);
    expect(wrong.stdout).toMatch(/^::error /);
    expect(wrong.read('output')).toBe('');
  });
});
