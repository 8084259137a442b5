import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { gateReport, type GateReport } from '../../documents/gate-report.ts';
import { SMALL_SCENARIO } from '../support/scenario-text.ts';
import { workspace } from '../support/workspace.ts';

const CROWDED = SMALL_SCENARIO.replace('requests: 40, rate: 2', 'requests: 60, rate: 20');

async function gateOf(
  args: readonly string[],
  files: Readonly<Record<string, string>> = { 's.yaml': CROWDED },
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
    const twins = CROWDED.replace('{ builtin: least-request }', '{ builtin: round-robin }');
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
    const { run } = workspace({ 's.yaml': CROWDED });
    const { code, stdout, stderr } = await run('gate', 's.yaml', '--policy', 'round-robin');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/nothing to hold policy round-robin against: no second policy .* no thresholds/);
  });

  it('gives the same bytes again, and others for another seed', async () => {
    const text = async (...args: string[]): Promise<string> =>
      (
        await workspace({ 's.yaml': CROWDED }).run(
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
    const { stdout } = await workspace({ 's.yaml': CROWDED }).run('gate', 's.yaml', ...SLOWER);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.at(-1)).toMatch(/^Fail: /);
    for (const line of lines.slice(0, -1)) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe('gate of recorded runs', () => {
  async function recorded(seeds: number): Promise<ReturnType<typeof workspace>> {
    const space = workspace({ 's.yaml': CROWDED });
    const run = async (file: string, ...args: string[]): Promise<void> => {
      const csv = ['--per-request', '-o', `csv=${file}`, '--policy', 'round-robin'];
      const { code, stderr } = await space.run(
        'run',
        's.yaml',
        ...csv,
        '--replications',
        `${seeds}`,
        ...args,
      );
      expect(code, stderr).toBe(0);
    };
    await run('a.csv');
    await run('b.csv', '--set', 'spec.fleet.pools[0].tensor_parallel_size=1');
    await run('other.csv', '--requests', '50');
    return space;
  }

  it('pairs runs by seed where there are eight', async () => {
    const space = await recorded(8);
    const files = ['--baseline', 'a.csv', '--candidate', 'b.csv'];
    const { code, stdout } = await space.run('gate', ...files, '-o', 'json');
    expect(code).toBe(99);
    const report = gateReport.parse(JSON.parse(stdout));
    expect(report.method).toMatchObject({ pairing: 'seeds', pairs: 8 });
    expect(report.comparisons.map(({ metric, verdict }) => [metric, verdict])).toEqual([
      ['ttft.p90', 'worse'],
      ['tpot.p90', 'worse'],
      ['e2e.p90', 'worse'],
    ]);
    expect(report.decisions[0]).toMatchObject({ decided: 60, changed: 0, share: 0 });
    expect((await space.run('gate', '--baseline', 'a.csv', '--candidate', 'a.csv')).code).toBe(0);
  });

  it('resamples single runs, and says so; SLO and thresholds come from a scenario', async () => {
    const space = await recorded(1);
    const promised = [
      '--set',
      'spec.slo={ ttft: 1ms }',
      '--set',
      'spec.thresholds={ ttft: ["p(90) < baseline"] }',
    ];
    const files = ['--baseline', 'a.csv', '--candidate', 'b.csv'];
    const { code, stdout } = await space.run('gate', 's.yaml', ...promised, ...files, '-o', 'json');
    expect(code).toBe(99);
    const report = gateReport.parse(JSON.parse(stdout));
    expect(report.method.pairing).toBe('blocks');
    expect(report.thresholds.map(({ expression, ok }) => [expression, ok])).toEqual([
      ['ttft p(90) < baseline', false],
    ]);
    // A request every 50 ms: all of them lie in one minute.
    expect(report.comparisons.map(({ verdict }) => verdict)).toEqual(['too little data']);
    expect(report.labels.map(({ code }) => code)).toContain('single-runs');
  });

  it('refuses a run that is cut short, and statuses that are none', async () => {
    const space = await recorded(2);
    const lines = space.read('b.csv').split('\n');
    const files = { 'a.csv': space.read('a.csv'), 'cut.csv': `${lines.slice(0, -6).join('\n')}\n` };
    const { run } = workspace({
      ...files,
      'odd.csv': space.read('b.csv').replace(',completed,', ',abandoned,'),
    });
    for (const order of [
      ['--baseline', 'a.csv', '--candidate', 'cut.csv'],
      ['--baseline', 'cut.csv', '--candidate', 'a.csv'],
    ]) {
      const { code, stderr } = await run('gate', ...order);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^error\[E_WORKLOAD\]: cut\.csv lacks 5 requests of a\.csv, .* with seed 2/);
    }
    const odd = await run('gate', '--baseline', 'a.csv', '--candidate', 'odd.csv');
    expect(odd.stderr).toMatch(/^error\[E_CSV\]: odd\.csv has the unknown status "abandoned"/);
  });

  it('refuses runs of different workloads, and files that are none', async () => {
    const space = await recorded(1);
    const gate = (...args: string[]) => space.run('gate', ...args);
    const other = await gate('--baseline', 'a.csv', '--candidate', 'other.csv');
    expect(other).toMatchObject({ code: 2, stdout: '' });
    expect(other.stderr).toMatch(/^error\[E_WORKLOAD\]: .*workloadSha256/);
    const none = await gate('--baseline', 'a.csv', '--candidate', 's.yaml');
    expect(none.stderr).toMatch(/^error\[E_CSV\]: s\.yaml /);
    expect((await gate('--baseline', 'a.csv')).stderr).toContain('--candidate is missing');
    expect((await gate()).stderr).toContain('nothing to hold a candidate against');
    const policy = await gate('--baseline', 'a.csv', '--candidate', 'b.csv', '--policy', 'llm-d');
    expect(policy.stderr).toMatch(/^error\[E_UNKNOWN_POLICY\]: a\.csv /);
  });
});

describe('gate in a job', () => {
  it('writes every form of its report at once', async () => {
    const space = workspace({ 's.yaml': CROWDED });
    const outputs = ['table=t', 'json=j', 'markdown=m', 'junit=x'].flatMap((one) => ['-o', one]);
    const { code, stdout } = await space.run('gate', 's.yaml', ...SLOWER, ...outputs, '-o', 'github');
    expect(code).toBe(99);
    expect(stdout.match(/^::error title=fleetcast gate%3A small::/gm)).toHaveLength(3);
    expect(space.read('m')).toMatch(/^### ❌ fleetcast gate: small\n/);
    expect(space.read('x')).toContain('failures="3"');
  });

  it('annotates a mistake in the scenario where it stands', async () => {
    const space = workspace({ 's.yaml': CROWDED.replace('replicas: 2', 'replicas: 0') });
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
    const unknown = await workspace({ 's.yaml': CROWDED }).run('gate', 's.yaml', '--fixture', 'slow');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('hash-block-mismatch');
  });
});

describe('gate of two revisions of a router config', () => {
  const ROUTER = [
    'apiVersion: llm-d.ai/v1alpha1',
    'kind: EndpointPickerConfig',
    'plugins:',
    '  - type: queue-scorer',
    '  - type: max-score-picker',
    'schedulingProfiles:',
    '  - name: default',
    '    plugins: [{ pluginRef: queue-scorer, weight: 1 }, { pluginRef: max-score-picker }]',
    '',
  ].join('\n');
  // Prefers the endpoint that runs most.
  const WORSE = ROUTER.replaceAll('queue-scorer', 'running-requests-size-scorer').replace(
    'weight: 1',
    'weight: -1',
  );

  function repository(): ReturnType<typeof workspace> {
    const space = workspace({
      's.yaml': CROWDED.replace('{ builtin: least-request }', '{ file: router.yaml }'),
      'router.yaml': ROUTER,
    });
    const git = (...args: string[]): void => {
      const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'commit.gpgsign=false'];
      execFileSync('git', ['-C', space.folder, ...who, ...args], { stdio: 'ignore' });
    };
    git('init', '-q');
    git('add', '.');
    git('commit', '-q', '-m', 'first');
    git('tag', 'first');
    writeFileSync(path.join(space.folder, 'router.yaml'), WORSE);
    git('commit', '-q', '-a', '-m', 'second');
    return space;
  }

  it('compares a config at two commits, and at one with the file as it is', async () => {
    const space = repository();
    const gate = async (...args: string[]) => {
      const { code, stdout, stderr } = await space.run(
        'gate',
        's.yaml',
        '-o',
        'json',
        '--replications',
        '8',
        ...args,
      );
      expect(stderr).not.toContain('error');
      return { code, report: gateReport.parse(JSON.parse(stdout)) };
    };
    const changed = await gate('--baseline-rev', 'first', '--candidate-rev', 'HEAD');
    expect(changed.code).toBe(99);
    expect(changed.report.comparisons[0]).toMatchObject({
      baseline: 'least-request@first',
      candidate: 'least-request@HEAD',
      metric: 'ttft.p90',
      verdict: 'worse',
    });
    expect(changed.report.manifest.revisions?.baseline).toMatch(/^[0-9a-f]{40}$/);
    const [decisions] = changed.report.decisions;
    expect(decisions?.changed).toBeGreaterThan(0);
    expect(decisions?.first.some(({ candidateScoreDifference: lead = 0 }) => lead < 0)).toBe(true);
    const same = await gate('--baseline-rev', 'HEAD');
    expect(same.code).toBe(0);
    expect(same.report.comparisons[0]).toMatchObject({
      difference: 0,
      candidate: 'least-request@working tree',
    });
  });

  it('says which commit is none, and when no policy has a config', async () => {
    const space = repository();
    const unknown = await space.run('gate', 's.yaml', '--baseline-rev', 'nowhere');
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toMatch(/^error\[E_GIT\]: "nowhere" is no commit/);
    const none = await space.run('gate', 's.yaml', '--policy', 'round-robin', '--baseline-rev', 'first');
    expect(none.stderr).toMatch(/^error\[E_REVISION\]/);
    expect((await space.run('gate', 's.yaml', '--candidate-rev', 'first')).code).toBe(2);
  });
});
