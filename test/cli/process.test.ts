import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';

import { runReport } from '../../documents/run-report.ts';
import { sweepReport } from '../../documents/sweep-report.ts';
import { buildCli } from '../support/built-cli.ts';
import { SMALL_SCENARIO } from '../support/scenario-text.ts';
import { workspace } from '../support/workspace.ts';

describe('fleetcast as a process', () => {
  let main = '';
  beforeAll(() => {
    main = buildCli();
  });

  function fleetcast(...args: string[]): { status: number | null; stdout: string; stderr: string } {
    const { folder } = workspace({ 's.yaml': SMALL_SCENARIO });
    return spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: 'utf8' });
  }

  it('leaves nothing but the document on stdout, without colours off a terminal', () => {
    const { status, stdout, stderr } = fleetcast('run', 's.yaml', '-o', 'json');
    expect(status).toBe(0);
    expect(runReport.parse(JSON.parse(stdout)).runs).toHaveLength(2);
    expect(stderr).toMatch(/^simulated 80 requests in [\d.]+ s \(.*\)\n$/);
    expect(fleetcast('run', 's.yaml').stdout).not.toContain('\u001b');
  });

  it('compares round-robin with llm-d on the agentic scenario when nothing is asked for', () => {
    const { status, stdout, stderr } = fleetcast();
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^agentic: [\d,]+ requests, 8 replicas on 16 GPUs, mean of 5 seeds\n\n +round-robin +llm-d\n/,
    );
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/95 % interval .*\. Next: .*\.$/);
    expect(stderr).toMatch(/^no scenario given: running the one called agentic/);
  });

  it('gives the same bytes in another process', () => {
    const [first, second] = [1, 2].map(() => fleetcast('run', 's.yaml', '-o', 'html').stdout);
    expect(first).toMatch(/^<!doctype html>/i);
    expect(second).toBe(first);
  });

  it('gives the same bytes whatever the number of worker threads', () => {
    const sweep = ['run', 's.yaml', '-o', 'json', '--sweep', 'spec.workload.load.rate_scale=1..8'];
    const slo = ['--set', 'spec.slo={ tpot: 18ms }'];
    const [one, three] = ['1', '3'].map((jobs) => fleetcast(...sweep, ...slo, '--jobs', jobs));
    expect(one?.status).toBe(0);
    expect(sweepReport.parse(JSON.parse(one?.stdout ?? '')).largestMeetingSlo?.found).toHaveLength(2);
    expect(three?.stdout).toBe(one?.stdout);
    const many = ['run', 's.yaml', '-o', 'json', '--replications', '2'];
    const requests = [
      '--set',
      'spec.workload.random={ requests: 17000, rate: 9, input_len: 99, output_len: 2 }',
    ];
    const [alone, together] = ['1', '4'].map(
      (jobs) => fleetcast(...many, ...requests, '--jobs', jobs).stdout,
    );
    expect(runReport.parse(JSON.parse(alone ?? '')).runs).toHaveLength(4);
    expect(together).toBe(alone);
  });

  it('says of a mistake that a worker finds what it says without workers', () => {
    const wrong = ['run', 's.yaml', '--sweep', 'spec.workload.random.rate=1,2', '--jobs', '2'];
    const limits = ['--set', 'spec.workload.random.input_len=50000'];
    const { status, stdout, stderr } = fleetcast(...wrong, ...limits);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^error\[E_NOTHING_COMPLETED\]: .*\n {2}hint: .*\n$/);
  });

  it('ends with 2 and no stack for a mistake in the input', () => {
    const { status, stdout, stderr } = fleetcast('run', 's.yaml', '--set', 'spec.fleet.pools[0].replicas=0');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(
      /^error\[E_RANGE\]: .* spec\.fleet\.pools\[0\]\.replicas must be at least 1\n {2}hint: .*\n$/,
    );
  });

  it.runIf(existsSync('/dev/full'))('ends with 1 when a file cannot be written', () => {
    const { status, stderr } = fleetcast('run', 's.yaml', '-o', 'json=/dev/full');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error\[E_IO\]: ENOSPC/m);
  });

  it('ends quietly when its reader has seen enough', async () => {
    const { folder } = workspace({ 's.yaml': SMALL_SCENARIO });
    const args = [
      'run',
      's.yaml',
      '-o',
      'csv',
      '--per-request',
      '--set',
      'spec.workload.random.requests=20000',
    ];
    const child = spawn(process.execPath, [main, ...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/error|EPIPE/);
  });

  it('ends quietly when nobody reads its help', async () => {
    const child = spawn(process.execPath, [main, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    expect(stderr).toBe('');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'is ended by %s, which a shell reports as 128 + its number',
    async (signal) => {
      const { folder } = workspace({ 's.yaml': SMALL_SCENARIO });
      const args = ['run', 's.yaml', '--set', 'spec.workload.random.requests=5000000'];
      const child = spawn(process.execPath, [main, ...args], { cwd: folder, stdio: 'ignore' });
      await once(child, 'spawn');
      setTimeout(() => child.kill(signal), 500);
      const [code, by] = await once(child, 'exit');
      expect({ code, by }).toEqual({ code: null, by: signal });
    },
  );
});
