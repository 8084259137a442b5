import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { blocksOf } from '../../compare/blocks.ts';
import { resample } from '../../compare/resample.ts';
import { Sample } from '../../compare/sample.ts';
import { METRICS, metricAt } from '../../documents/metric.ts';
import { madeRecord, madeTable, type MadeRequest } from '../support/made-run.ts';

const time = fc.double({ min: 0.001, max: 50, noNaN: true });
const request = fc.record(
  {
    arrival: fc.integer({ min: 0, max: 2000 }),
    status: fc.constantFrom('completed' as const, 'completed' as const, 'rejected' as const),
    inputTokens: fc.integer({ min: 1, max: 5000 }),
    outputTokens: fc.integer({ min: 1, max: 300 }),
    ttft: time,
    tpot: fc.option(time, { nil: undefined }),
    e2e: time,
    meetsSlo: fc.boolean(),
  },
  { noNullPrototype: true },
);
const requests = fc.array(request, { minLength: 1, maxLength: 60 }).map((list) =>
  list
    .sort((a, b) => a.arrival - b.arrival)
    .map(({ tpot, ...rest }): MadeRequest => {
      if (rest.status !== 'completed') return { arrival: rest.arrival, status: rest.status, meetsSlo: false };
      return tpot === undefined ? rest : { ...rest, tpot };
    }),
);

describe('a draw', () => {
  it('gives what the recorder would say of a run in which each request came as often as its block was drawn', () => {
    fc.assert(
      fc.property(requests, fc.infiniteStream(fc.integer({ min: 0, max: 3 })), (list, stream) => {
        const table = madeTable(list);
        const { count, codes } = blocksOf([table]);
        const blocks = codes[0] ?? new Int32Array(0);
        const weights = Int32Array.from({ length: count }, () => stream.next().value ?? 0);
        const drawn = list.flatMap((one, row) =>
          new Array<MadeRequest>(weights[blocks[row] ?? 0] ?? 0).fill(one),
        );
        fc.pre(drawn.length > 0);
        const values = new Float64Array(METRICS.length);
        new Sample(table, blocks, count).evaluate(weights, values);
        const { entry } = madeRecord({ policy: 'p' }, drawn);
        METRICS.forEach(({ path }, metric) => {
          const expected = metricAt(entry, path);
          const value = values[metric] ?? NaN;
          if (expected === undefined) expect(Number.isFinite(value), path).toBe(false);
          else expect(value, path).toBeCloseTo(expected, 9);
        });
      }),
      { numRuns: 300 },
    );
  });
});

describe('blocks', () => {
  it('are minutes of arrivals', () => {
    const table = madeTable([{ arrival: 0 }, { arrival: 59.9 }, { arrival: 60 }, { arrival: 400 }]);
    const { count, codes } = blocksOf([table]);
    expect(count).toBe(3);
    expect([...(codes[0] ?? [])]).toEqual([0, 0, 1, 2]);
  });

  it('are whole sessions where there are sessions, and minutes for requests without one', () => {
    const table = madeTable([
      { arrival: 0, session: 'a' },
      { arrival: 1, session: 'b' },
      { arrival: 2 },
      { arrival: 500, session: 'a' },
    ]);
    expect([...(blocksOf([table]).codes[0] ?? [])]).toEqual([0, 1, 2, 0]);
  });

  it('hold the same requests in every run, whenever they arrived there', () => {
    const first = madeTable([{ arrival: 0 }, { arrival: 100 }, { arrival: 200 }]);
    const second = madeTable([{ arrival: 0 }, { arrival: 10 }, { arrival: 20 }]);
    const { codes, count } = blocksOf([first, second]);
    expect(count).toBe(3);
    expect(codes[1]).toEqual(codes[0]);
  });

  it('leave out what is not counted', () => {
    const table = madeTable([{ arrival: 0, counted: false }, { arrival: 100 }]);
    expect([...(blocksOf([table]).codes[0] ?? [])]).toEqual([-1, 0]);
  });
});

describe('resample', () => {
  const minutes = (count: number, ttft: (k: number) => number): MadeRequest[] =>
    Array.from({ length: count }, (_, k) => ({ arrival: 60 * k, ttft: ttft(k), e2e: ttft(k) + 1 }));

  it('draws the same blocks for every policy', () => {
    const run = minutes(30, (k) => 1 + (k % 7));
    const slower = minutes(30, (k) => 3 + (k % 7));
    const { policies } = resample([[madeTable(run)], [madeTable(slower)]], 1);
    const [baseline, candidate] = policies ?? [];
    for (const path of ['ttft.mean', 'ttft.p50', 'ttft.p90', 'e2e.p99']) {
      const draws = baseline?.metrics.get(path) ?? new Float64Array(0);
      expect(new Set(draws).size).toBeGreaterThan(1);
      candidate?.metrics
        .get(path)
        ?.forEach((value, draw) => expect(value - (draws[draw] ?? 0)).toBeCloseTo(2, 9));
    }
  });

  it('draws nothing from fewer than 20 blocks, and says how many there were', () => {
    const [few, enough] = [19, 20].map((count) => resample([[madeTable(minutes(count, () => 1))]], 1));
    expect(few).toEqual({ blocks: 19, policies: undefined });
    expect(enough?.blocks).toBe(20);
    expect(enough?.policies).toHaveLength(1);
  });

  it('draws a seed, too', () => {
    const tables = [1, 5].map((ttft) => madeTable(minutes(25, () => ttft)));
    const means = resample([tables], 1).policies?.[0]?.metrics.get('ttft.mean') ?? new Float64Array(0);
    expect(new Set(means)).toEqual(new Set([1, 5]));
    const share = means.filter((mean) => mean === 1).length / means.length;
    expect(share).toBeGreaterThan(0.4);
    expect(share).toBeLessThan(0.6);
  });

  it('gives equal draws for equal seeds and others for others', () => {
    const table = madeTable(minutes(40, (k) => (k * 37) % 11));
    const mean = (seed: number): Float64Array | undefined =>
      resample([[table]], seed).policies?.[0]?.metrics.get('ttft.mean');
    expect(mean(3)).toEqual(mean(3));
    expect(mean(3)).not.toEqual(mean(4));
  });
});
