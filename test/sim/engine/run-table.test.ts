import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { RunTable } from '../../../sim/engine/run-table.ts';

describe('a table of runs', () => {
  it('holds what a Map holds, through growth, collisions and deletions', () => {
    let most = 0;
    let deletions = 0;
    // Ids that differ in high bits only, and neighbours.
    const id = fc.oneof(
      fc.nat(40),
      fc.nat(40).map((n) => n * 2 ** 20),
      fc.nat(2 ** 31 - 2),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), id), { maxLength: 400, size: 'max' }), (actions) => {
        const table = new RunTable<string>();
        const map = new Map<number, string>();
        for (const [which, key] of actions) {
          if (which < 7 && !map.has(key)) {
            table.add(key, `run ${key}`);
            map.set(key, `run ${key}`);
          } else if (which >= 7) {
            const some = [...map.keys()][key % Math.max(1, map.size)];
            if (some === undefined) continue;
            table.delete(some);
            map.delete(some);
            expect(table.get(some)).toBeUndefined();
            deletions++;
          }
          most = Math.max(most, map.size);
        }
        expect(table.size).toBe(map.size);
        for (const [key, value] of map) expect(table.get(key)).toBe(value);
        expect([...table].sort()).toEqual([...map.values()].sort());
      }),
      { seed: 1, numRuns: 300 },
    );
    expect(most).toBeGreaterThan(64);
    expect(deletions).toBeGreaterThan(1000);
  });
});
