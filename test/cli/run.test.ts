import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

import { runReport } from '../../documents/run-report.ts';
import { BLACK_BOX_SCENARIO, SMALL_SCENARIO } from '../support/scenario-text.ts';
import { workspace } from '../support/workspace.ts';

const FILES = { 's.yaml': SMALL_SCENARIO, 'box.yaml': BLACK_BOX_SCENARIO };

/** Ten requests a second of 4,000 tokens: more than one replica can compute, little for twelve. */
const OVERLOAD = `
apiVersion: fleetcast/v1alpha1
kind: Scenario
metadata: { name: overload }
spec:
  model: llama-3.1-8b
  fleet: { pools: [{ name: own, hardware: h100-sxm-80gb, replicas: 1 }] }
  workload:
    random: { input_len: 4000, output_len: 100, requests: 3000, rate: 20 }
  policies:
    - { name: one, router: { builtin: round-robin } }
    - { name: twelve, router: { builtin: round-robin }, set: { "spec.fleet.pools[0].replicas": 12 } }
`;

describe('fleetcast run', () => {
  it('prints a table with both policies, and the answer as its last line', async () => {
    const { code, stdout, stderr } = await workspace(FILES).run('run', 's.yaml');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^small: 40 requests, 2 replicas on 4 GPUs, seed 1\n/);
    expect(stdout).toMatch(/round-robin +least-request/);
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/\. Next: .*\.$/);
    expect(stderr).toMatch(/^simulated 80 requests in \d+\.\d s \([\d,]+ requests\/s\)\n$/);
  });

  it('prints one RunReport as JSON, the same bytes each time', async () => {
    const { run } = workspace(FILES);
    const first = await run('run', 's.yaml', '-o', 'json', '--quiet');
    const second = await run('run', 's.yaml', '-o', 'json', '--quiet');
    expect(second.stdout).toBe(first.stdout);
    expect(first.stderr).toBe('');
    const report = runReport.parse(JSON.parse(first.stdout));
    expect(report.runs.map(({ policy, requests }) => [policy, requests.offered, requests.completed])).toEqual(
      [
        ['round-robin', 40, 40],
        ['least-request', 40, 40],
      ],
    );
    expect(report.manifest).toMatchObject({ scenario: 'small', seeds: [1], ticksPerNanosecond: 64 });
    expect(report.answer?.sentence).toBeTruthy();
  });

  it('calls an overloaded fleet unstable and shows no latency of it as a steady one', async () => {
    const { run, read } = workspace({ 'overload.yaml': OVERLOAD });
    const outputs = ['-o', 'json=r.json', '-o', 'html=r.html', '-o', 'table'];
    const { code, stdout } = await run('run', 'overload.yaml', ...outputs, '--quiet');
    expect(code).toBe(0);
    const report = runReport.parse(JSON.parse(read('r.json')));
    const verdicts = new Map(report.runs.map(({ policy, verdict }) => [policy, verdict]));
    expect(verdicts).toEqual(
      new Map([
        ['one', 'unstable'],
        ['twelve', 'stable'],
      ]),
    );
    expect(report.runs[0]?.labels.map(({ code: label }) => label)).toContain('transient');
    const banded = (policy: string) =>
      report.bands?.filter((band) => band.policy === policy).map(({ metric }) => metric.split('.')[0]);
    expect(new Set(banded('one'))).toEqual(new Set(['tpot']));
    expect(new Set(banded('twelve'))).toEqual(new Set(['ttft', 'tpot', 'e2e']));
    const cells = (line: string) =>
      stdout
        .split('\n')
        .find((text) => text.startsWith(line))
        ?.trim()
        .split(/ {2,}/);
    expect(cells('TTFT P90')?.[1]).toBe('-');
    expect(cells('E2E P90')?.[1]).toBe('-');
    expect(cells('TTFT P90')?.[2]).toMatch(/ms$/);
    expect(stdout).toContain('more arrives than is served');
    expect(read('r.html')).toContain('no steady value');
  });

  it('writes every output that is asked for', async () => {
    const { run, read, files } = workspace(FILES);
    const { code, stdout } = await run(
      'run',
      's.yaml',
      '-o',
      'json=r.json',
      '-o',
      'csv=r.csv',
      '-o',
      'html=r.html',
      '-o',
      'table',
      '--per-request',
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^small: /);
    expect(files()).toEqual(['box.yaml', 'r.csv', 'r.html', 'r.json', 's.yaml']);
    const { workloadSha256 } = runReport.parse(JSON.parse(read('r.json'))).manifest;
    const [comment, header, ...rows] = read('r.csv').trimEnd().split('\n');
    expect(comment).toBe(`# workloadSha256=${workloadSha256}`);
    expect(header).toMatch(/^policy,seed,stage,id,arrival,/);
    expect(rows).toHaveLength(80);
    expect(read('r.html')).toMatch(/^<!doctype html>/i);
    expect(read('r.html')).toContain('fleetcast run s.yaml');
  });

  it('plays the first requests, the policies and the seeds that are asked for', async () => {
    const { run } = workspace(FILES);
    const { stdout } = await run(
      'run',
      's.yaml',
      '-o',
      'json',
      '--requests',
      '10',
      '--policy',
      'least-request,round-robin',
      '--seed',
      '7',
      '--replications',
      '2',
    );
    const report = runReport.parse(JSON.parse(stdout));
    expect(report.runs.map(({ policy, seed, requests }) => [policy, seed, requests.offered])).toEqual([
      ['least-request', 7, 10],
      ['least-request', 8, 10],
      ['round-robin', 7, 10],
      ['round-robin', 8, 10],
    ]);
    expect(report.manifest.seeds).toEqual([7, 8]);
    expect(report.comparisons[0]).toMatchObject({ baseline: 'least-request', candidate: 'round-robin' });
  });

  it('gives the same figures with every law checked after every event', async () => {
    const { run } = workspace(FILES);
    const checked = await run('run', 's.yaml', '-o', 'json', '--check');
    expect(checked.code).toBe(0);
    expect(checked.stdout).toBe((await run('run', 's.yaml', '-o', 'json')).stdout);
  });

  it('plays what a policy changes for itself on the same requests', async () => {
    const text = SMALL_SCENARIO.replace(
      'router: { builtin: least-request } }',
      'router: { builtin: round-robin }, set: { "spec.fleet.pools[0].replicas": 1 } }',
    );
    const { stdout } = await workspace({ 's.yaml': text }).run('run', 's.yaml', '-o', 'json');
    const [first, second] = runReport.parse(JSON.parse(stdout)).runs;
    expect([first?.pools[0]?.replicas, second?.pools[0]?.replicas]).toEqual([2, 1]);
    expect(second?.ttft.mean).toBeGreaterThan(first?.ttft.mean ?? Infinity);
    expect(second?.prefixCache.queriedTokens).toBe(first?.prefixCache.queriedTokens);
  });

  it('computes the step time of a black box as it is given', async () => {
    // One request alone: the prompt in one step of 10 ms + 900 x 50 us, then 39 steps of 10 ms + 50 us + 20 ns x context.
    const { run } = workspace(FILES);
    const { stdout } = await run(
      'run',
      'box.yaml',
      '-o',
      'json',
      '--requests',
      '1',
      '--set',
      'spec.fleet.pools[0].engine.async_scheduling=false',
    );
    const [entry] = runReport.parse(JSON.parse(stdout)).runs;
    expect(entry?.ttft.max).toBeCloseTo(0.01 + 900 * 50e-6, 9);
    const context = Array.from({ length: 39 }, (_, step) => 900 + step).reduce(
      (sum, tokens) => sum + tokens,
      0,
    );
    expect(entry?.e2e.max).toBeCloseTo(0.055 + 39 * (0.01 + 50e-6) + context * 20e-9, 9);
    expect(entry?.labels.map(({ code }) => code)).toContain('black-box');
  });

  it('says what it would do, and does nothing', async () => {
    const { run, files } = workspace(FILES);
    const { code, stdout, stderr } = await run('run', 's.yaml', '--dry-run', '-o', 'json=r.json');
    expect(code).toBe(0);
    expect(stdout).toBe(
      'small: 2 cases (policies x seeds) of 40 requests, 36000 input tokens and 1600 output tokens each\n',
    );
    expect(stderr).toMatch(/^about [\d.]+ s on this machine\n$/);
    expect(files()).toEqual(['box.yaml', 's.yaml']);
  });

  it('costs what the prices say', async () => {
    const { stdout } = await workspace(FILES).run(
      'run',
      's.yaml',
      '-o',
      'json',
      '--set',
      'spec.prices.h100-sxm-80gb.usd_per_gpu_hour=2.5',
    );
    expect(runReport.parse(JSON.parse(stdout)).runs[0]?.cost?.usdPerHour).toBe(2 * 2 * 2.5);
  });
});

describe('a run that has nothing to say', () => {
  it('says why no request is completed, and writes nothing', async () => {
    const { run, files } = workspace(FILES);
    const { code, stdout, stderr } = await run(
      'run',
      's.yaml',
      '-o',
      'json=r.json',
      '--set',
      'spec.workload.random.input_len=50000',
    );
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^error\[E_NOTHING_COMPLETED\]: under round-robin no request is completed: every input has 50000 tokens or more, and max_model_len is 40960\n {2}hint: raise spec\.fleet\.pools\[\]\.engine\.max_model_len/,
    );
    expect(files()).toEqual(['box.yaml', 's.yaml']);
  });

  it('says so when all of them time out', async () => {
    const { code, stderr } = await workspace(FILES).run(
      'run',
      's.yaml',
      '--set',
      'spec.workload.client.timeout=20ms',
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /no request is completed: 40 timed out\n {2}hint: raise spec\.workload\.client\.timeout/,
    );
  });
});

describe('a trace', () => {
  const LINES = Array.from({ length: 30 }, (_, row) =>
    JSON.stringify({ timestamp: row * 300, input_length: 700, output_length: 12, hash_ids: [1, row + 2] }),
  );
  const SCENARIO = SMALL_SCENARIO.replace(/random: .*/, 'trace: { file: t.jsonl, format: mooncake }');
  const text = `${LINES.join('\n')}\n`;

  it('is replayed from a file, packed or not, that the scenario names', async () => {
    const plain = await workspace({ 's.yaml': SCENARIO, 't.jsonl': text }).run('run', 's.yaml', '-o', 'json');
    const packed = await workspace({ 's.yaml': SCENARIO, 't.jsonl': gzipSync(text) }).run(
      'run',
      's.yaml',
      '-o',
      'json',
    );
    expect(plain.code).toBe(0);
    expect(packed.stdout).toBe(plain.stdout);
    const report = runReport.parse(JSON.parse(plain.stdout));
    expect(report.runs[0]?.requests.offered).toBe(30);
    expect(report.runs[0]?.prefixCache.hitTokens).toBeGreaterThan(0);
  });

  it('that is cut off or wrong names file and line, and writes nothing', async () => {
    const cut = workspace({ 's.yaml': SCENARIO, 't.jsonl': text.slice(0, -20) });
    const result = await cut.run('run', 's.yaml', '-o', 'json=r.json');
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/^error\[E_TRACE_LINE\]: t\.jsonl:30 .*cut off/);
    expect(cut.files()).toEqual(['s.yaml', 't.jsonl']);
    const wrong = workspace({
      's.yaml': SCENARIO,
      't.jsonl': text.replace('"output_length":12', '"output_length":"x"'),
    });
    expect((await wrong.run('run', 's.yaml')).stderr).toMatch(
      /^error\[E_TRACE_FIELD\]: t\.jsonl:1 "output_length"/,
    );
  });

  it('that is no intact archive is refused', async () => {
    const broken = workspace({ 's.yaml': SCENARIO, 't.jsonl': gzipSync(text).subarray(0, 60) });
    const { code, stderr } = await broken.run('run', 's.yaml');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error\[E_FILE\]: t\.jsonl is no intact gzip archive/);
  });
});
