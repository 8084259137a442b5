import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import { benchResult } from './support/bench-result.ts';
import { modelErrorFile } from '../cli/files/model-error-file.ts';
import { renderAccuracyMarkdown } from '../reports/validation/accuracy-markdown.ts';
import { LINEAR_STEPS } from './support/linear-steps.ts';
import { workspace, type Workspace } from './support/workspace.ts';

const README = fileURLToPath(new URL('../README.md', import.meta.url));
const readme = readFileSync(README, 'utf8');

/** A server of one GPU whose profiles are known. */
const SERVER = `
apiVersion: fleetcast/v1alpha1
kind: Scenario
metadata: { name: my-server }
spec:
  model: llama-3.1-8b
  fleet: { pools: [{ name: own, hardware: l40s-48gb, replicas: 1, engine: { max_model_len: 8192 } }] }
  workload:
    random:
      requests: 200
      rate: 3
      input_len: { type: lognormal, mean: 900, std_dev: 700, min: 20, max: 6000 }
      output_len: { type: uniform, min: 20, max: 300 }
  policies: [{ name: one, router: { builtin: round-robin } }]
`;

/** What stands in the files that the README's commands name. */
const FILES = {
  'steps.csv': LINEAR_STEPS,
  'my-server.yaml': SERVER,
  'my-scenario.yaml': fenced('yaml')[0] ?? '',
  'conversation.jsonl': [
    { timestamp: 0, input_length: 1100, output_length: 20, hash_ids: [0, 1, 2] },
    { timestamp: 3000, input_length: 1500, output_length: 30, hash_ids: [0, 1, 3] },
  ]
    .map((row) => JSON.stringify(row))
    .join('\n'),
};

/** The texts of the fenced blocks of one language. */
function fenced(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, text = '']) => text,
  );
}

/** The arguments of fleetcast in a line such as `npm start -- run agentic -o json > report.json   # why`. */
function argumentsOf(line: string): string[] | undefined {
  const command = line.replace(/\s+(#|>).*$/, '').trim();
  const words = command.split(/\s+/).map((word) => word.replace(/^"(.*)"$/, '$1')); // as a shell would
  if (words[0] !== 'npm' || words[1] !== 'start') return undefined;
  const separator = words.indexOf('--');
  return separator < 0 ? [] : words.slice(separator + 1);
}

describe('README', () => {
  const commands = [
    ...fenced('sh').flatMap((block) => block.trim().split('\n')),
    ...[...readme.matchAll(/`(npm start[^`]*)`/g)].map(([, command = '']) => command),
  ];

  // Every command of the README, one after the other: more than one test usually takes.
  it('names commands that work', { timeout: 240_000 }, async () => {
    const bench = await benchResult({ 'my-server.yaml': SERVER }, 'my-server.yaml');
    const folder = workspace({ ...FILES, 'bench.json': bench });
    const tried: string[] = [];
    for (const line of commands) {
      const args = argumentsOf(line);
      if (args === undefined) {
        expect(line).toMatch(/^npm (test|run (check|bench|conformance|accuracy))\b/);
        continue;
      }
      const { code, stderr } = await attempt(folder, args);
      expect(code, `${line}\n${stderr}`).toBe(0);
      tried.push(line);
    }
    expect(tried.length).toBeGreaterThan(5);
  });

  it('shows what its commands print', async () => {
    const shown = /<!-- run: fleetcast (.*?) -->\n\n```text\n[\s\S]*?```/g;
    const outputs = new Map<string, string>();
    for (const [, command = ''] of readme.matchAll(shown)) {
      const { stdout } = await workspace(FILES).run(...command.split(' '), '--quiet');
      outputs.set(command, stdout);
    }
    expect(outputs.size).toBeGreaterThanOrEqual(1);
    const rendered = readme.replace(
      shown,
      (_, command: string) =>
        `<!-- run: fleetcast ${command} -->\n\n\`\`\`text\n${outputs.get(command)?.trimEnd() ?? ''}\n\`\`\``,
    );
    await expect(rendered).toMatchFileSnapshot(README);
  });

  it('shows the errors that npm run accuracy wrote last', () => {
    const shown = /<!-- accuracy: npm run accuracy -->\n\n([\s\S]*?)\n<!-- end of accuracy -->/.exec(
      readme,
    )?.[1];
    const errors = modelErrorFile();
    expect(errors).toBeDefined();
    expect(shown).toBe(errors && renderAccuracyMarkdown(errors));
  });

  it('has a scenario that runs', async () => {
    const { run } = workspace(FILES);
    const { code, stderr } = await run('run', 'my-scenario.yaml', '--requests', '300');
    expect(code, stderr).toBe(0);
  });
});

/** `scenario init` writes to a file that must not be there yet. */
function attempt({ run }: Workspace, args: readonly string[]): ReturnType<Workspace['run']> {
  const fresh = args[0] === 'scenario' && args[1] === 'init';
  return run(...args.map((word) => (fresh && word === 'my-scenario.yaml' ? 'fresh.yaml' : word)));
}
