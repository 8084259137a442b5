import { describe, expect, it } from 'vitest';

import { gateReport } from '../../documents/gate-report.ts';
import { CROWDED_SCENARIO } from '../support/scenario-text.ts';
import { workspace } from '../support/workspace.ts';

describe('gate of recorded runs', () => {
  async function recorded(seeds: number): Promise<ReturnType<typeof workspace>> {
    const space = workspace({ 's.yaml': CROWDED_SCENARIO });
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
