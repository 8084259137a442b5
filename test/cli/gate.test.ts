import { describe, expect, it } from 'vitest';

import { gateReport, type GateReport } from '../../documents/gate-report.ts';
import { CROWDED_SCENARIO } from '../support/scenario-text.ts';
import { workspace } from '../support/workspace.ts';

async function gateOf(
  args: readonly string[],
  files: Readonly<Record<string, string>> = { 's.yaml': CROWDED_SCENARIO },
): Promise<{ code: number; report: GateReport; stderr: string }> {
  const { code, stdout, stderr } = await workspace(files).run('gate', 's.yaml', '-o', 'json', ...args);
  return { code, report: gateReport.parse(JSON.parse(stdout)), stderr };
}

const SLOWER = [
  '--policy',
  'round-robin,least-request',
  '--set',
  'spec.policies[1].set={ "spec.fleet.pools[0].tensor_parallel_size": 1 }',
];

describe('gate', () => {
  it('fails a candidate that is worse, with 99', async () => {
    const { code, report } = await gateOf([...SLOWER, '--replications', '8']);
    expect(code).toBe(99);
    expect(report.verdict).toBe('fail');
    expect(report.comparisons.map(({ metric, verdict }) => [metric, verdict])).toEqual([
      ['ttft.p90', 'worse'],
      ['tpot.p90', 'worse'],
      ['e2e.p90', 'worse'],
    ]);
    expect(report.answer.sentence).toMatch(/^Fail: least-request is worse than round-robin in P90 TTFT \(\+/);
  });

  it('passes a candidate that is the baseline by another name', async () => {
    const twins = CROWDED_SCENARIO.replace('{ builtin: least-request }', '{ builtin: round-robin }');
    const { code, report } = await gateOf(['--replications', '8'], { 's.yaml': twins });
    expect({ code, verdict: report.verdict }).toEqual({ code: 0, verdict: 'pass' });
    for (const { difference, interval, verdict } of report.comparisons)
      expect({ difference, interval, verdict }).toEqual({
        difference: 0,
        interval: [0, 0],
        verdict: 'too close to call',
      });
  });

  it('judges the figures of thresholds, and fails when one does not hold', async () => {
    const thresholds = [
      '--set',
      'spec.thresholds={ ttft: ["p(75) <= 1ms", "p(90) < baseline * 3"], tpot: ["mean < 1s"] }',
    ];
    const { code, report } = await gateOf([...thresholds, '--replications', '8']);
    expect(code).toBe(99);
    expect(report.comparisons.map(({ metric }) => metric)).toEqual(['ttft.p75', 'ttft.p90', 'tpot.mean']);
    expect(report.thresholds.map(({ expression, policy, ok }) => [expression, policy, ok])).toEqual([
      ['ttft p(75) <= 1ms', 'least-request', false],
      ['ttft p(90) < baseline * 3', 'least-request', true],
      ['tpot mean < 1s', 'least-request', true],
    ]);
    expect(report.answer.sentence).toContain('least-request breaks ttft p(75) <= 1ms');
  });

  it('says that there is too little data rather than being lax', async () => {
    const { code, report } = await gateOf([...SLOWER, '--replications', '5']);
    expect(code).toBe(0);
    expect(new Set(report.comparisons.map(({ verdict }) => verdict))).toEqual(new Set(['too little data']));
    expect(report.answer.sentence).toContain('too little data');
    expect(report.answer.next).toContain('--replications 16');
  });

  it('holds a policy that stands alone against its thresholds', async () => {
    const alone = ['--policy', 'round-robin', '--replications', '2'];
    const kept = await gateOf([...alone, '--set', 'spec.thresholds={ e2e: ["p(50) <= 1h"] }']);
    expect(kept.code).toBe(0);
    const broken = await gateOf([...alone, '--set', 'spec.thresholds={ e2e: ["p(50) <= 1ms"] }']);
    expect(broken.code).toBe(99);
    expect(broken.report.comparisons).toEqual([]);
  });

  it('refuses a policy that stands alone without thresholds: nothing would be compared', async () => {
    const { run } = workspace({ 's.yaml': CROWDED_SCENARIO });
    const { code, stdout, stderr } = await run('gate', 's.yaml', '--policy', 'round-robin');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/nothing to hold policy round-robin against: no second policy .* no thresholds/);
  });

  it('gives the same bytes again, and others for another seed', async () => {
    const text = async (...args: string[]): Promise<string> =>
      (
        await workspace({ 's.yaml': CROWDED_SCENARIO }).run(
          'gate',
          's.yaml',
          '-o',
          'json',
          '--replications',
          '8',
          ...args,
        )
      ).stdout;
    expect(await text()).toBe(await text());
    expect(await text('--seed', '9')).not.toBe(await text());
  });

  it('prints at most 80 columns, the answer excepted', async () => {
    const { stdout } = await workspace({ 's.yaml': CROWDED_SCENARIO }).run('gate', 's.yaml', ...SLOWER);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.at(-1)).toMatch(/^Fail: /);
    for (const line of lines.slice(0, -1)) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe('gate in a job', () => {
  it('writes every form of its report at once', async () => {
    const space = workspace({ 's.yaml': CROWDED_SCENARIO });
    const outputs = ['table=t', 'json=j', 'markdown=m', 'junit=x'].flatMap((one) => ['-o', one]);
    const { code, stdout } = await space.run('gate', 's.yaml', ...SLOWER, ...outputs, '-o', 'github');
    expect(code).toBe(99);
    expect(stdout.match(/^::error title=fleetcast gate%3A small::/gm)).toHaveLength(3);
    expect(space.read('m')).toMatch(/^### ❌ fleetcast gate: small\n/);
    expect(space.read('x')).toContain('failures="3"');
  });

  it('annotates a mistake in the scenario where it stands', async () => {
    const space = workspace({ 's.yaml': CROWDED_SCENARIO.replace('replicas: 2', 'replicas: 0') });
    const { code, stdout, stderr } = await space.run('gate', 's.yaml', '-o', 'github');
    expect(code).toBe(2);
    expect(stdout).toMatch(/^::error file=s\.yaml,line=\d+,col=\d+,title=E_RANGE::.*%0Ahint: /);
    expect(stderr).toMatch(/^error\[E_RANGE\]/);
  });

  it('plays fixtures beside the traffic as it is, and refuses names that it does not know', async () => {
    const { report } = await gateOf(['--fixture', 'slow-replica,stale-metrics', '--replications', '9']);
    expect([...new Set(report.comparisons.map(({ fixture }) => fixture))]).toEqual([
      undefined,
      'slow-replica',
      'stale-metrics',
    ]);
    expect(report.method).toMatchObject({ comparisons: 9, pairsNeeded: 9 });
    const unknown = await workspace({ 's.yaml': CROWDED_SCENARIO }).run(
      'gate',
      's.yaml',
      '--fixture',
      'slow',
    );
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('hash-block-mismatch');
  });
});
