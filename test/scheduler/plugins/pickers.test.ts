import { describe, expect, it } from 'vitest';

import type { Picker } from '../../../scheduler/plugin.ts';
import { endpoints } from '../policies/support.ts';
import { makePlugin } from '../support/make-plugin.ts';

const DRAWS = 40_000;

/** Shares of the draws by what was drawn. */
function shares(picker: Picker, totals: readonly number[], key: (picks: readonly number[]) => string) {
  const list = endpoints(totals.length);
  const counts: Record<string, number> = {};
  for (let i = 0; i < DRAWS; i++) {
    const drawn = key(picker.pick(list, Float64Array.from(totals)));
    counts[drawn] = (counts[drawn] ?? 0) + 1;
  }
  return counts;
}

/** Pearson's statistic of counts against shares that add up to 1. */
function chiSquare(counts: Record<string, number>, expected: Record<string, number>): number {
  expect(Object.keys(counts).sort()).toEqual(Object.keys(expected).sort());
  return Object.entries(expected).reduce(
    (sum, [key, share]) => sum + ((counts[key] ?? 0) - share * DRAWS) ** 2 / (share * DRAWS),
    0,
  );
}

const first = ([pick]: readonly number[]): string => String(pick);
const pair = ([a, b]: readonly number[]): string => `${a}${b}`;

describe('max-score-picker', () => {
  const pickOf = (totals: readonly number[], tieBreak: 'random' | 'rotate-all' | 'rotate-tier', most = 1) => {
    const picker = makePlugin<Picker>('max-score-picker', `{maxNumOfEndpoints: ${most}}`, { tieBreak });
    const list = endpoints(totals.length);
    return () => picker.pick(list, Float64Array.from(totals)).join('');
  };

  it('draws uniformly among equal totals, to the last bit', () => {
    const counts = shares(makePlugin('max-score-picker'), [0.3, 0.1 + 0.2, 0.3, 0.3], first);
    expect(counts).toEqual({ 1: DRAWS });
    const tied = shares(makePlugin('max-score-picker'), [1, 0, 1, 1], first);
    expect(chiSquare(tied, { 0: 1 / 3, 2: 1 / 3, 3: 1 / 3 })).toBeLessThan(13.8); // p = 0.001, 2 degrees
  });

  it('rotates the whole list', () => {
    const next = pickOf([1, 0, 1, 1], 'rotate-all');
    expect([next(), next(), next(), next(), next()]).toEqual(['0', '2', '2', '3', '0']);
  });

  it('rotates among the best', () => {
    const next = pickOf([1, 0, 1, 1], 'rotate-tier');
    expect([next(), next(), next(), next()]).toEqual(['0', '2', '3', '0']);
  });

  it('orders the rest the same way when more than one is wanted', () => {
    const all = pickOf([1, 2, 1, 2], 'rotate-all', 3);
    expect([all(), all(), all()]).toEqual(['130', '132', '312']);
    const tier = pickOf([1, 2, 1, 2], 'rotate-tier', 4);
    expect([tier(), tier()]).toEqual(['1302', '3120']);
    expect(pickOf([1, 2, 3], 'random', 9)()).toBe('210');
  });

  it('prefers numbers to what is none', () => {
    expect(pickOf([NaN, 0, NaN], 'random')()).toBe('1');
  });
});

describe('weighted-random-picker', () => {
  it('draws in proportion to positive totals', () => {
    const counts = shares(makePlugin('weighted-random-picker'), [1, 2, -1, 5, 0], first);
    expect(chiSquare(counts, { 0: 1 / 8, 1: 2 / 8, 3: 5 / 8 })).toBeLessThan(13.8);
  });

  it('draws without replacement, each time in proportion to what is left', () => {
    const picker = makePlugin<Picker>('weighted-random-picker', '{maxNumOfEndpoints: 2}');
    const weights = [1, 2, 5];
    const expected: Record<string, number> = {};
    weights.forEach((a, i) =>
      weights.forEach((b, j) => {
        if (i !== j) expected[`${i}${j}`] = (a / 8) * (b / (8 - a));
      }),
    );
    expect(chiSquare(shares(picker, weights, pair), expected)).toBeLessThan(20.5); // 5 degrees
  });

  it('draws uniformly where no total is positive', () => {
    const counts = shares(makePlugin('weighted-random-picker'), [0, -3], first);
    expect(chiSquare(counts, { 0: 1 / 2, 1: 1 / 2 })).toBeLessThan(10.8);
  });
});

describe('random-picker', () => {
  it('does not look at totals', () => {
    const counts = shares(makePlugin('random-picker'), [9, 0, 1], first);
    expect(chiSquare(counts, { 0: 1 / 3, 1: 1 / 3, 2: 1 / 3 })).toBeLessThan(13.8);
  });

  it('orders all of them at random when more than one is wanted', () => {
    const counts = shares(makePlugin('random-picker', '{maxNumOfEndpoints: 2}'), [0, 0, 0], pair);
    const expected = Object.fromEntries(['01', '02', '10', '12', '20', '21'].map((key) => [key, 1 / 6]));
    expect(chiSquare(counts, expected)).toBeLessThan(20.5);
  });
});
