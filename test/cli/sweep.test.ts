import { describe, expect, it } from 'vitest';

import { jobsProgressText } from '../../cli/jobs/jobs-progress.ts';
import { receivedError, sentError } from '../../cli/jobs/sent-error.ts';
import { InvariantError } from '../../base/invariant.ts';
import { UserError } from '../../base/user-error.ts';
import { runReport } from '../../documents/run-report.ts';
import { bandText } from '../../reports/band-rows.ts';
import { sweepReport } from '../../documents/sweep-report.ts';
import { SMALL_SCENARIO } from '../support/scenario-text.ts';
import { workspace } from '../support/workspace.ts';

const RATE = 'spec.workload.load.rate_scale';
/** A fleet that keeps its SLO up to some load between 1 and 40 times the scenario's. */
const JUDGED = `${SMALL_SCENARIO}  slo: { ttft: 2s, tpot: 18ms, attainment: 0.9 }\n`;
const FILES = { 's.yaml': SMALL_SCENARIO, 'judged.yaml': JUDGED };

async function swept(file: string, ...args: string[]) {
  const { code, stdout, stderr } = await workspace(FILES).run('run', file, '-o', 'json', '--quiet', ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return sweepReport.parse(JSON.parse(stdout));
}

describe('a sweep over a list', () => {
  it('plays each value as a run with --set would', async () => {
    const report = await swept('judged.yaml', '--sweep', `${RATE}=1,2`);
    expect(report.cells.map(({ points }) => points)).toEqual([[{ [RATE]: 1 }], [{ [RATE]: 2 }]]);
    const single = await workspace(FILES).run('run', 'judged.yaml', '-o', 'json', '--set', `${RATE}=2`);
    expect(report.cells[1]?.runs).toEqual(runReport.parse(JSON.parse(single.stdout)).runs);
  });

  it('has the bands of each point, as a run has them; a table and a page print them', async () => {
    const report = await swept('judged.yaml', '--sweep', `${RATE}=1,2`);
    const { run, read } = workspace(FILES);
    const single = await run('run', 'judged.yaml', '-o', 'json', '--set', `${RATE}=2`);
    const { bands = [] } = runReport.parse(JSON.parse(single.stdout));
    expect(bands.length).toBeGreaterThan(0);
    expect(report.cells[1]?.bands).toEqual(bands);
    const band = bands.find(({ metric }) => metric === 'ttft.p90');
    const text = band === undefined ? '' : bandText(band);
    const flags = ['--sweep', `${RATE}=1,2`, '-o', 'table', '-o', 'html=page.html'];
    const { stdout } = await run('run', 'judged.yaml', ...flags);
    expect(stdout.split('Model error')[1]).toContain(text);
    expect(read('page.html')).toContain(text);
    expect(
      Math.max(...(stdout.split('!')[0] ?? '').split('\n').map((line) => line.length)),
    ).toBeLessThanOrEqual(80);
  });

  it('plays the product of the axes, the first one slowest, every policy and every seed', async () => {
    const report = await swept(
      's.yaml',
      ...['--sweep', 'spec.fleet.pools[0].replicas=1,2', '--sweep', `${RATE}=1,3`],
      ...['--replications', '2', '--policy', 'least-request', '--requests', '20'],
    );
    expect(report.cells.map(({ points }) => points.flatMap((point) => Object.values(point)))).toEqual([
      [1, 1],
      [1, 3],
      [2, 1],
      [2, 3],
    ]);
    for (const { runs } of report.cells) {
      expect(runs.map(({ policy, seed, requests }) => [policy, seed, requests.offered])).toEqual([
        ['least-request', 1, 20],
        ['least-request', 2, 20],
      ]);
    }
    expect(report.cells.map(({ runs }) => runs[0]?.pools[0]?.replicas)).toEqual([1, 1, 2, 2]);
    expect(report.largestMeetingSlo).toBeUndefined();
  });

  it('plays what the scenario itself sweeps, several paths moving together', async () => {
    const text = `${SMALL_SCENARIO}  sweep:
    - name: size
      points:
        - { "spec.fleet.pools[0].replicas": 2, "spec.fleet.pools[0].tensor_parallel_size": 2 }
        - { "spec.fleet.pools[0].replicas": 4, "spec.fleet.pools[0].tensor_parallel_size": 1 }
`;
    const { stdout } = await workspace({ 's.yaml': text }).run('run', 's.yaml', '-o', 'json');
    const report = sweepReport.parse(JSON.parse(stdout));
    expect(report.axes.map(({ name }) => name)).toEqual(['size']);
    expect(report.cells.map(({ runs }) => [runs[0]?.pools[0]?.replicas, runs[0]?.pools[0]?.gpus])).toEqual([
      [2, 4],
      [4, 4],
    ]);
  });

  it('judges a threshold against the baseline of the same point', async () => {
    const text = `${SMALL_SCENARIO}  thresholds: { ttft: ["p(90) <= baseline * 100"] }\n`;
    const { stdout } = await workspace({ 's.yaml': text }).run(
      'run',
      's.yaml',
      '-o',
      'json',
      '--sweep',
      `${RATE}=1,2`,
    );
    const { cells } = sweepReport.parse(JSON.parse(stdout));
    for (const { runs } of cells) {
      expect(runs.map(({ policy }) => policy)).toEqual(['round-robin', 'least-request']);
      const [threshold] = runs[1]?.thresholds ?? [];
      expect(threshold?.limit).toBeCloseTo(100 * (runs[0]?.ttft.p90 ?? NaN), 9);
      expect(threshold?.ok).toBe(true);
    }
  });
});

describe('a sweep over a range', () => {
  it('finds the largest load that meets the SLO to 1 %, for each policy', async () => {
    const report = await swept('judged.yaml', '--sweep', `${RATE}=1..40`, '--requests', '40');
    expect(report.largestMeetingSlo?.axis).toBe(RATE);
    const found = report.largestMeetingSlo?.found ?? [];
    expect(found.map(({ policy }) => policy)).toEqual(['round-robin', 'least-request']);
    const loads = report.cells.map(({ points }) => Number(points[0]?.[RATE]));
    expect(loads).toEqual(loads.toSorted((a, b) => a - b));
    expect([loads[0], loads.at(-1)]).toEqual([1, 40]);
    for (const { policy, value = NaN, missesFrom = NaN } of found) {
      expect(missesFrom - value).toBeLessThanOrEqual(0.01 * missesFrom);
      const meets = (load: number) =>
        report.cells
          .find(({ points }) => points[0]?.[RATE] === load)
          ?.runs.find((run) => run.policy === policy)?.goodput?.meetsSlo;
      expect([meets(value), meets(missesFrom)]).toEqual([true, false]);
    }
    expect(report.axes[0]).toMatchObject({ range: [1, 40] });
    expect(report.axes[0]?.points.map((point) => point[RATE])).toEqual(loads);
  });

  it('prints 80 columns, one row per load, the largest that meets the SLO marked', async () => {
    const { stdout } = await workspace(FILES).run('run', 'judged.yaml', '--sweep', `${RATE}=1..40`);
    const lines = stdout.trimEnd().split('\n');
    for (const line of lines.slice(0, -1)) expect(line.length).toBeLessThanOrEqual(80);
    expect(lines.filter((line) => line.endsWith('< yes'))).toHaveLength(2);
    expect(lines.at(-1)).toMatch(/meets the SLO up to rate_scale [\d.]+, .* up to [\d.]+.*\. Next: .*\.$/);
  });

  it('is a grid alone where there is no SLO to search for, or no load', async () => {
    const plain = await swept('s.yaml', '--sweep', `${RATE}=1..4`, '--requests', '10');
    expect(plain.cells).toHaveLength(7);
    const sizes = await swept(
      'judged.yaml',
      '--sweep',
      'spec.fleet.pools[0].replicas=1..3',
      '--requests',
      '10',
    );
    expect(sizes.cells).toHaveLength(3);
    expect([plain.largestMeetingSlo, sizes.largestMeetingSlo]).toEqual([undefined, undefined]);
  });
});

describe('a sweep that cannot be', () => {
  it.each([
    [
      ['--sweep', 'spec.workload.load.rate_scal=1,2'],
      /^error\[E_UNKNOWN_KEY\]: --sweep .*did you mean "rate_scale"\?/s,
    ],
    [['--sweep', `${RATE}=1,2`, '-o', 'csv', '--per-request'], /^error\[E_USAGE\]: a sweep has no csv/],
    [['--sweep', `${RATE}=1,2`, '--jobs', '0'], /^error\[E_USAGE\]: .*whole number/],
    [
      ['--sweep', `${RATE}=1,2`, '--set', 'spec.workload.random.input_len=50000'],
      /^error\[E_NOTHING_COMPLETED\]: under round-robin no request is completed/,
    ],
  ])('%j is refused with 2, and nothing is written', async (args, message) => {
    const { run, files } = workspace(FILES);
    const { code, stdout, stderr } = await run('run', 's.yaml', ...args, '-o', 'json=r.json');
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(files()).toEqual(['judged.yaml', 's.yaml']);
  });

  it('says what it would play, and plays nothing', async () => {
    const { run } = workspace(FILES);
    expect((await run('run', 's.yaml', '--sweep', `${RATE}=1,2,4`, '--dry-run')).stdout).toMatch(
      /^small: 6 cases \(points x policies x seeds\) of 40 requests/,
    );
    expect((await run('run', 's.yaml', '--sweep', `${RATE}=1..4`, '--dry-run')).stdout).toMatch(
      /^small: at least 14 /,
    );
  });
});

describe('jobs', () => {
  it('say how far they are', () => {
    expect(jobsProgressText(3, 8, 1, 10)).toBe('3 of 8 cases · 50 % · 10 s left');
    expect(jobsProgressText(0, 8, 0, 1)).toBe('0 of 8 cases · 0 %');
  });

  it('give errors of another thread their class again', () => {
    const user = new UserError({ code: 'E_X', message: 'wrong', hint: 'right it' });
    expect(receivedError(structuredClone(sentError(user)))).toEqual(user);
    const bug = receivedError(
      structuredClone(sentError(new InvariantError('blocks conserved', { free: 1 }))),
    );
    expect(bug).toBeInstanceOf(InvariantError);
    expect(bug.message).toBe('invariant broken: blocks conserved {"free":1}');
    expect(bug.stack).toContain('sweep.test.ts');
    const system = Object.assign(new Error('EIO: broken'), { code: 'EIO', syscall: 'read' });
    expect(receivedError(structuredClone(sentError(system)))).toMatchObject({ code: 'EIO', syscall: 'read' });
  });
});
