import { describe, expect, it } from 'vitest';

import { judgeRuns } from '../../compare/judge-runs.ts';
import { random } from '../../base/random.ts';
import { JUDGED_METRICS, METRICS } from '../../documents/metric.ts';
import type { RunRecord } from '../../documents/run-record.ts';
import { comparison, runEntry } from '../../documents/run-report.ts';
import { parseThreshold, type Threshold } from '../../documents/threshold.ts';
import { madeRecord, type MadeRequest, type MadeRun } from '../support/made-run.ts';

/** Requests over `minutes` minutes; TTFT is `factor` times an exponential, plus noise of its own per `noise`. */
function made(
  run: MadeRun,
  { minutes = 40, factor = 1, noise = 0, seed = 1, classes = false } = {},
): RunRecord {
  const shared = random(seed, 0, 'test arrivals');
  const own = random(noise, 1, 'test noise');
  return madeRecord(
    run,
    Array.from({ length: minutes * 6 }, (_, k): MadeRequest => {
      const wait = shared.exponential();
      const ttft = factor * (0.2 + wait + (noise === 0 ? 0 : 0.2 * own.exponential()));
      return {
        arrival: 10 * k + 5 * shared.uniform(),
        ttft,
        tpot: 0.02,
        e2e: ttft + 0.2,
        meetsSlo: ttft <= 3,
        ...(classes && { class: k % 5 === 0 ? 'batch' : 'chat' }),
      };
    }),
  );
}

const judge = (records: readonly RunRecord[], attainment?: number, thresholds: readonly Threshold[] = []) =>
  judgeRuns({ records, attainment, thresholds, seed: 1 });

const threshold = (metric: string, expression: string): Threshold => {
  const parsed = parseThreshold(metric, expression);
  if ('message' in parsed) throw new Error(parsed.message);
  return parsed;
};

describe('comparisons', () => {
  it('say better and worse in the direction of each metric', () => {
    const records = [made({ policy: 'slow' }, { factor: 2 }), made({ policy: 'fast' })];
    const verdicts = Object.fromEntries(judge(records).comparisons.map((c) => [c.metric, c.verdict]));
    expect(verdicts['ttft.p90']).toBe('better');
    expect(verdicts['e2e.mean']).toBe('better');
    expect(verdicts['goodput.attainment']).toBe('better');
    expect(verdicts['tpot.p90']).toBe('too close to call');
    const reversed = judge(records.toReversed()).comparisons;
    expect(reversed.find((c) => c.metric === 'goodput.attainment')?.verdict).toBe('worse');
  });

  it('carry values, difference, ratio and an interval around the difference, and fit the schema', () => {
    const { comparisons } = judge([made({ policy: 'a' }, { factor: 2 }), made({ policy: 'b' })]);
    for (const one of comparisons) expect(comparison.parse(one)).toEqual(one);
    const ttft = comparisons.find((c) => c.metric === 'ttft.p90');
    expect(ttft?.difference).toBeCloseTo((ttft?.candidateValue ?? 0) - (ttft?.baselineValue ?? 0), 12);
    expect(ttft?.ratio).toBeCloseTo(0.5, 6);
    expect(ttft?.interval?.[0]).toBeLessThan(ttft?.difference ?? 0);
    expect(ttft?.interval?.[1]).toBeGreaterThan(ttft?.difference ?? 0);
    expect(ttft?.blocks).toBe(40);
  });

  it('hold every policy against the first in all metrics, and the others against each other in the judged ones', () => {
    const records = ['a', 'b', 'c'].map((policy) => made({ policy }));
    const { comparisons } = judge(records);
    const pairs = comparisons.map(({ baseline, candidate }) => `${baseline} ${candidate}`);
    const present = METRICS.length;
    expect(pairs.filter((pair) => pair === 'a b')).toHaveLength(present);
    expect(pairs.filter((pair) => pair === 'a c')).toHaveLength(present);
    expect(comparisons.filter((c) => c.baseline === 'b').map((c) => c.metric)).toEqual(JUDGED_METRICS);
    expect(pairs.slice(-4)).toEqual(['b c', 'b c', 'b c', 'b c']);
  });

  it('have no interval and no verdict from fewer than 20 blocks', () => {
    const few = { minutes: 19 };
    const { comparisons } = judge([made({ policy: 'a' }, { ...few, factor: 2 }), made({ policy: 'b' }, few)]);
    for (const { interval, verdict, blocks } of comparisons) {
      expect([interval, verdict, blocks]).toEqual([undefined, 'too little data', 19]);
    }
  });

  it('take the mean over seeds, and need the same seeds of every policy', () => {
    const records = ['a', 'b'].flatMap((policy) =>
      [1, 2, 3].map((seed) => made({ policy, seed }, { seed, factor: policy === 'a' ? 2 : 1 })),
    );
    const means = records.slice(0, 3).map(({ entry }) => entry.ttft.p90 ?? NaN);
    const ttft = judge(records).comparisons.find((c) => c.metric === 'ttft.p90');
    expect(ttft?.baselineValue).toBeCloseTo(means.reduce((a, b) => a + b, 0) / 3, 12);
    expect(ttft?.verdict).toBe('better');
    expect(() => judge(records.slice(1))).toThrow(/same seeds/);
  });

  it('calls a policy that differs by chance alone better or worse about as rarely as it promises', () => {
    const runs = 60;
    const called = Array.from({ length: runs }, (_, k) => {
      const records = [1, 2].map((side) =>
        made({ policy: `p${side}` }, { seed: k, noise: 2 * k + side, minutes: 40 }),
      );
      return judge(records).comparisons.find((c) => c.metric === 'ttft.p90')?.verdict;
    }).filter((verdict) => verdict !== 'too close to call');
    // 5 % of 60 is 3; more than 8 would happen by chance once in a hundred times.
    expect(called.length).toBeLessThanOrEqual(8);
  });

  it('are the same whenever they are formed', () => {
    const records = [made({ policy: 'a' }), made({ policy: 'b' }, { noise: 7 })];
    expect(judge(records)).toEqual(judge(records));
  });
});

describe('the SLO', () => {
  it('is met when the lower bound of attainment reaches the target, not when the point estimate alone does', () => {
    const record = made({ policy: 'a' });
    const attainment = record.entry.goodput?.attainment ?? NaN;
    const goodput = (target: number) => judge([record], target).runs[0]?.goodput;
    const bound = goodput(0.5)?.attainmentLowerBound ?? NaN;
    expect(bound).toBeLessThan(attainment);
    expect(bound).toBeGreaterThan(attainment - 0.1);
    expect(goodput(bound)?.meetsSlo).toBe(true);
    expect(goodput((bound + attainment) / 2)?.meetsSlo).toBe(false);
  });

  it('is missed by an unstable run, whatever its requests say', () => {
    const run = judge([made({ policy: 'a', verdict: 'unstable' })], 0.1).runs[0];
    expect(run?.goodput?.meetsSlo).toBe(false);
  });

  it('needs every class, and every threshold', () => {
    const record = made({ policy: 'a' }, { classes: true });
    const worst = (requests: typeof record.requests): typeof record.requests => ({
      ...requests,
      meetsSlo: requests.meetsSlo?.map((flag, row) => (requests.classCode?.[row] === 0 ? 0 : flag)),
    });
    expect(judge([record], 0.8).runs[0]?.goodput?.meetsSlo).toBe(true);
    const oneClassMisses = judge([{ ...record, requests: worst(record.requests) }], 0.5).runs[0];
    expect(oneClassMisses?.goodput?.meetsSlo).toBe(false);
    expect(oneClassMisses?.classes?.map(({ goodput }) => goodput?.meetsSlo)).toEqual([false, true]);
    const missed = threshold('ttft', 'p(90) <= 1ms');
    expect(judge([record], 0.8, [missed]).runs[0]?.goodput?.meetsSlo).toBe(false);
  });

  it('is decided by the point estimate, under a label, from fewer than 20 blocks', () => {
    const run = judge([made({ policy: 'a' }, { minutes: 10 })], 0.5).runs[0];
    expect(run?.goodput?.attainmentLowerBound).toBeUndefined();
    expect(run?.goodput?.meetsSlo).toBe(true);
    expect(run?.labels.map(({ code }) => code)).toEqual(['too-little-data']);
  });
});

describe('thresholds', () => {
  const records = [made({ policy: 'a' }, { factor: 2 }), made({ policy: 'b' })];
  const results = (...thresholds: Threshold[]) =>
    judge(records, undefined, thresholds).runs.map((run) => run.thresholds?.map(({ ok }) => ok));

  it('hold figures of the entry, and percentiles that it does not carry, against their limits', () => {
    expect(results(threshold('ttft', 'p(50) <= 2s'))).toEqual([[true], [true]]);
    expect(results(threshold('ttft', 'p(75) <= 2s'))).toEqual([[false], [true]]);
    expect(results(threshold('queue_time', 'max < 1ms'))).toEqual([[true], [true]]);
    expect(results(threshold('goodput.attainment', 'value >= 90%'))).toEqual([[false], [true]]);
  });

  it('hold a candidate against the baseline, and the baseline against nothing', () => {
    expect(results(threshold('ttft', 'p(90) < baseline * 1.05'))).toEqual([[], [true]]);
    expect(results(threshold('ttft', 'p(90) < baseline * 0.4'))).toEqual([[], [false]]);
  });

  it('are not kept by figures that do not exist: of an unknown class, or of an unstable run', () => {
    expect(results(threshold('ttft{class:none}', 'p(90) < 1h'))).toEqual([[false], [false]]);
    const unstable = made({ policy: 'a', verdict: 'unstable' });
    const kept = judge([unstable], undefined, [
      threshold('ttft', 'p(90) < 1h'),
      threshold('tpot', 'p(90) < 1h'),
    ]);
    expect(kept.runs[0]?.thresholds?.map(({ ok }) => ok)).toEqual([false, true]);
  });
});

describe('the judged entry', () => {
  it('fits the schema and says what share of the input tokens was rejected', () => {
    const record = madeRecord({ policy: 'a' }, [
      { arrival: 0, inputTokens: 300, ttft: 1, e2e: 2 },
      { arrival: 1, inputTokens: 100, status: 'rejected' },
      { arrival: 2, inputTokens: 900, status: 'rejected', counted: false },
    ]);
    const [run] = judge([record]).runs;
    expect(run?.rejectedInputTokenShare).toBe(0.25);
    expect(runEntry.parse(run)).toEqual(run);
    expect(judge([made({ policy: 'a' })]).runs[0]).not.toHaveProperty('rejectedInputTokenShare');
  });
});
