import { describe, expect, it } from 'vitest';

import { keepsPromises, sloLimit } from '../../compare/slo-limit.ts';
import { madeReport } from '../support/made-report.ts';

const played = (...meets: boolean[]) => meets.map((one, k) => ({ value: k + 1, meets: one }));

describe('the limit of an SLO', () => {
  it('is the largest load before the first that misses it, in whatever order they were played', () => {
    expect(sloLimit(played(true, true, false, false).toReversed())).toEqual({
      value: 2,
      missesFrom: 3,
      meetsAgainAt: [],
    });
  });

  it('says when a larger load meets it again', () => {
    expect(sloLimit(played(true, false, true))).toEqual({ value: 1, missesFrom: 2, meetsAgainAt: [3] });
  });

  it('is open above or absent where the loads do not reach it', () => {
    expect(sloLimit(played(true, true))).toMatchObject({ value: 2, missesFrom: undefined });
    expect(sloLimit(played(false, false))).toMatchObject({ value: undefined, missesFrom: 1 });
  });
});

describe('a promise', () => {
  const runs = (...policies: Parameters<typeof madeReport>) => madeReport(...policies).report.runs;

  it('is kept when every seed keeps it', () => {
    const good = runs([{ policy: 'a' }], { attainment: 0.9 });
    const bad = runs([{ policy: 'a', seed: 2, queue: 8 }], { attainment: 0.9 });
    expect(keepsPromises(good)).toBe(true);
    expect(keepsPromises(bad)).toBe(false);
    expect(keepsPromises([...good, ...bad])).toBe(false);
  });

  it('may be a threshold alone', () => {
    const [run] = runs([{ policy: 'a' }]);
    if (run === undefined) throw new Error('there is a run');
    const held = (ok: boolean) => ({ ...run, thresholds: [{ expression: 'x', policy: 'a', ok }] });
    expect([held(true), held(false)].map((entry) => keepsPromises([entry]))).toEqual([true, false]);
    expect(keepsPromises([{ ...held(true), verdict: 'unstable' }])).toBe(false);
  });

  it('that nobody made is neither kept nor broken', () => {
    expect(keepsPromises(runs([{ policy: 'a' }]))).toBeUndefined();
    expect(keepsPromises([])).toBeUndefined();
  });
});
