import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { KEYS_PER_RUN } from '../../../base/prompt.ts';
import { IntervalMap } from '../../../scheduler/kv-index/interval-map.ts';

const run = (firstKey: number, count: number): { firstKey: number; count: number } => ({ firstKey, count });

describe('IntervalMap', () => {
  it('agrees with a map from single keys, and never keeps equal neighbours apart', () => {
    const step = fc.record({
      bucket: fc.integer({ min: 0, max: 1 }),
      first: fc.integer({ min: 0, max: 30 }),
      count: fc.integer({ min: 1, max: 12 }),
      value: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
      add: fc.boolean(),
    });
    let merges = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const map = new IntervalMap<number>();
        const model = new Map<number, number>();
        for (const { bucket, first, count, value, add } of steps) {
          const change = (old: number | undefined): number | undefined =>
            add && old !== undefined && value !== undefined ? (old + value) % 3 : value;
          const firstKey = bucket * KEYS_PER_RUN + first;
          map.update(run(firstKey, count), change);
          for (let key = firstKey; key < firstKey + count; key++) {
            const next = change(model.get(key));
            if (next === undefined) model.delete(key);
            else model.set(key, next);
          }
          expect(map.size).toBe(model.size);
          let pieces = 0;
          for (const base of [0, KEYS_PER_RUN]) {
            const seen: (number | undefined)[] = [];
            map.visit(run(base, 50), (held, length) => {
              for (let i = 0; i < length; i++) seen.push(held);
              return true;
            });
            expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => model.get(base + i)));
            expect(map.get(base + 7)).toBe(model.get(base + 7));
            pieces += seen.filter((held, i) => held !== undefined && held !== seen[i - 1]).length;
          }
          expect(map.pieces).toBe(pieces);
          if (pieces < model.size) merges++;
        }
      }),
      { numRuns: 300 },
    );
    expect(merges).toBeGreaterThan(100);
  });

  it('stops where the visitor says', () => {
    const map = new IntervalMap<string>();
    map.update(run(2, 3), () => 'a');
    const seen: string[] = [];
    const finished = map.visit(run(0, 10), (value, count, first) => {
      seen.push(`${first}+${count}=${value ?? '-'}`);
      return value === undefined;
    });
    expect(finished).toBe(false);
    expect(seen).toEqual(['0+2=-', '2+3=a']);
  });

  it('changes every value at once', () => {
    const map = new IntervalMap<number>();
    map.update(run(0, 4), () => 1);
    map.update(run(4, 4), () => 2);
    map.update(run(KEYS_PER_RUN, 2), () => 1);
    map.updateAll((value) => (value === 1 ? undefined : value));
    expect([map.size, map.pieces, map.get(5)]).toEqual([4, 1, 2]);
  });

  it('drops the oldest buckets beyond its limit', () => {
    const map = new IntervalMap<number>(Object.is, 10);
    for (let bucket = 0; bucket < 5; bucket++) map.update(run(bucket * KEYS_PER_RUN, 4), () => bucket);
    expect(map.size).toBe(8);
    expect([0, 1, 2, 3, 4].map((bucket) => map.get(bucket * KEYS_PER_RUN))).toEqual([
      undefined,
      undefined,
      undefined,
      3,
      4,
    ]);
  });
});
