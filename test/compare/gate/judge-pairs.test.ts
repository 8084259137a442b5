import { describe, expect, it } from 'vitest';

import { random } from '../../../base/random.ts';
import { holm } from '../../../compare/gate/holm.ts';
import { judgePairs, type PairedValues } from '../../../compare/gate/judge-pairs.ts';
import { meanInterval } from '../../../compare/gate/mean-interval.ts';
import { pairsNeeded, signFlipPValue } from '../../../compare/gate/sign-flip.ts';

describe('sign flips', () => {
  it('counts the patterns at least as far out', () => {
    expect(signFlipPValue([1, 2, 3], 1)).toBe(2 / 8); // all up, all down
    expect(signFlipPValue([1, 2, -3], 1)).toBe(1);
    expect(signFlipPValue([1, 2, -1], 1)).toBe(6 / 8); // |sum| = 4: 2, = 2: 4
    expect(signFlipPValue([0, 0, 0], 1)).toBe(1);
  });

  it('draws patterns where there are too many, and comes close to those of all', () => {
    const source = random(3, 0, 'differences');
    const sixteen = Array.from({ length: 16 }, () => source.normal() + 0.5);
    const seventeen = [...sixteen, 0];
    const exact = signFlipPValue(sixteen, 1);
    expect(exact).toBeGreaterThan(0.005);
    expect(Math.abs(signFlipPValue(seventeen, 1) - exact)).toBeLessThan(0.01);
  });

  it('needs 8 pairs for four metrics at 5 %', () => {
    expect(pairsNeeded(0.05 / 4)).toBe(8);
    expect(signFlipPValue([1, 1, 1, 1, 1, 1, 1, 1], 1)).toBe(2 / 2 ** 8);
  });
});

describe("Holm's correction", () => {
  it('multiplies the smallest most, and keeps the order', () => {
    expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
    expect(holm([0.9, 0.8])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });
});

describe('the interval of a mean', () => {
  it('covers the mean of normal and of skewed values about as often as it says', () => {
    const source = random(7, 0, 'samples');
    const cover = (draw: () => number, mean: number): number => {
      let covered = 0;
      for (let sample = 0; sample < 150; sample++) {
        const interval = meanInterval(Array.from({ length: 16 }, draw), sample);
        if (interval !== undefined && interval[0] <= mean && mean <= interval[1]) covered++;
      }
      return covered / 150;
    };
    expect(cover(() => source.normal(), 0)).toBeGreaterThan(0.9);
    expect(cover(() => source.normal(), 0)).toBeLessThan(1);
    expect(cover(() => source.exponential(), 1)).toBeGreaterThan(0.87);
  });

  it('is a point where nothing differs, and nothing for one value', () => {
    expect(meanInterval([2, 2, 2], 1)).toEqual([2, 2]);
    expect(meanInterval([2], 1)).toBeUndefined();
  });
});

function paired(metric: string, change: (value: number, pair: number) => number, pairs = 16): PairedValues {
  const source = random(11, 0, metric);
  const baselineValues = Array.from({ length: pairs }, () => 0.5 + 0.1 * source.uniform());
  return {
    baseline: 'old',
    candidate: 'new',
    metric,
    better: metric.startsWith('goodput') ? 'higher' : 'lower',
    fixture: undefined,
    baselineValues,
    candidateValues: baselineValues.map(change),
  };
}

describe('judging pairs', () => {
  const noise = random(5, 0, 'noise');
  const spread = 0.02;

  it('calls worse what is worse in every pair, and gives ratio, difference and interval that agree', () => {
    const { comparisons } = judgePairs([paired('ttft.p90', (v) => v * (1.05 + spread * noise.normal()))], 1);
    const [{ verdict, ratio, difference, interval, baselineValue, candidateValue, pairs } = {}] = comparisons;
    expect({ verdict, pairs }).toEqual({ verdict: 'worse', pairs: 16 });
    expect(ratio).toBeCloseTo((candidateValue ?? 0) / (baselineValue ?? 1), 12);
    expect(difference).toBeCloseTo((candidateValue ?? 0) - (baselineValue ?? 0), 12);
    expect(interval?.[0]).toBeLessThan(difference ?? 0);
    expect(interval?.[1]).toBeGreaterThan(difference ?? 0);
    expect(interval?.[0]).toBeGreaterThan(0);
  });

  it('knows for each metric which way is better', () => {
    const { comparisons } = judgePairs(
      [
        paired('ttft.p90', (v) => v * (0.9 + spread * noise.normal())),
        paired('goodput.attainment', (v) => v - 0.05 + spread * noise.normal()),
      ],
      1,
    );
    expect(comparisons.map(({ verdict }) => verdict)).toEqual(['better', 'worse']);
  });

  it('calls nothing worse that is less than 1 % apart, however certain', () => {
    const [comparison] = judgePairs([paired('e2e.p90', (v) => v * 1.005)], 1).comparisons;
    expect(comparison?.pValue).toBe(2 / 2 ** 16);
    expect(comparison?.verdict).toBe('too close to call');
  });

  it('has no verdict with too few pairs, and needs more of them for more comparisons', () => {
    const few = (pairs: number, metrics: number) =>
      judgePairs(
        Array.from({ length: metrics }, (_, k) => paired(`ttft.p${90 + k}`, (v) => v * 1.2, pairs)),
        1,
      );
    expect(few(7, 4).comparisons.map(({ verdict }) => verdict)).toContain('too little data');
    expect(few(8, 4).comparisons.map(({ verdict }) => verdict)).toEqual(Array(4).fill('worse'));
    expect(few(8, 7)).toMatchObject({ family: 7, pairsNeeded: 9 });
    expect(few(8, 7).comparisons.every(({ verdict }) => verdict === 'too little data')).toBe(true);
  });

  it('leaves out pairs without a value, and comparisons without any', () => {
    const some = paired('tpot.p90', (v) => v);
    const absent = { ...paired('itl.p90', (v) => v), candidateValues: Array(16).fill(undefined) };
    const { comparisons, family } = judgePairs(
      [{ ...some, candidateValues: some.candidateValues.map((v, k) => (k === 3 ? undefined : v)) }, absent],
      1,
    );
    expect(comparisons.map(({ metric, pairs }) => [metric, pairs])).toEqual([['tpot.p90', 15]]);
    expect(family).toBe(1);
  });

  it('rarely calls anything better or worse among equals', () => {
    let called = 0;
    for (let gate = 0; gate < 200; gate++) {
      const all = ['ttft.p90', 'tpot.p90', 'e2e.p90'].map((metric) =>
        paired(metric, (v) => v * (1 + 0.1 * noise.normal()), 10),
      );
      if (judgePairs(all, gate).comparisons.some(({ verdict }) => verdict !== 'too close to call')) called++;
    }
    expect(called).toBeGreaterThan(0);
    expect(called).toBeLessThanOrEqual(16); // 5 % of 200, and two standard errors
  });
});
