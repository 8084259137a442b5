import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { random } from '../../../../base/random.ts';
import { fitBoostedTrees } from '../../../../sim/fleet/latency-prediction/boosted-trees.ts';
import { binRows } from '../../../../sim/fleet/latency-prediction/feature-bins.ts';
import { growTree } from '../../../../sim/fleet/latency-prediction/regression-tree.ts';

const LIMITS = { maxDepth: 2, minChildWeight: 1, gamma: 0, regAlpha: 0, regLambda: 0 };

describe('gradient-boosted trees for a quantile', () => {
  /** A step at 500 that no line follows, and noise that grows with the second feature. */
  const source = random(1, 0, 'rows');
  const sample = (count: number): { rows: Float64Array[]; answers: number[] } => {
    const rows = Array.from({ length: count }, () =>
      Float64Array.of(source.uniform() * 1000, source.uniform(), 7),
    );
    return {
      rows,
      answers: rows.map(([a = 0, b = 0]) => (a < 500 ? 100 : 400) + 40 * b * source.exponential()),
    };
  };
  const { rows, answers } = sample(3000);
  const model = fitBoostedTrees(rows, answers, 0.9, random(1, 0, 'trees'));

  it('finds steps and noise that depend on the state', () => {
    // The 0.9-quantile of an exponential variable is ln 10 of its mean.
    for (const [a, b] of [
      [250, 0.2],
      [250, 0.8],
      [750, 0.5],
    ] as const) {
      const truth = (a < 500 ? 100 : 400) + 40 * b * Math.LN10;
      expect(Math.abs(model.at(Float64Array.of(a, b, 7)) - truth)).toBeLessThan(15);
    }
  });

  it('lies above nine tenths of answers that it has not seen', () => {
    const fresh = sample(2000);
    const below = fresh.rows.filter((row, i) => (fresh.answers[i] ?? 0) <= model.at(row)).length / 2000;
    expect(below).toBeGreaterThan(0.86);
    expect(below).toBeLessThan(0.93);
  });

  it('is the same from the same draws, and never outside of what it was taught', () => {
    const again = fitBoostedTrees(rows.slice(0, 300), answers.slice(0, 300), 0.9, random(2, 0, 'trees'));
    const twin = fitBoostedTrees(rows.slice(0, 300), answers.slice(0, 300), 0.9, random(2, 0, 'trees'));
    for (const row of rows.slice(0, 100)) expect(twin.at(row)).toBe(again.at(row));
    const [least, most] = [Math.min(...answers), Math.max(...answers)];
    for (const row of [Float64Array.of(-1e9, -1e9, 0), Float64Array.of(1e9, 1e9, 1e9)]) {
      expect(model.at(row)).toBeGreaterThanOrEqual(least);
      expect(model.at(row)).toBeLessThanOrEqual(most);
    }
  });

  it('is one value where all samples are the same, or there are too few to split', () => {
    const same = fitBoostedTrees([Float64Array.of(1), Float64Array.of(1)], [5, 5], 0.9, random(1, 0, 't'));
    expect(same.at(Float64Array.of(9))).toBe(5);
    const few = fitBoostedTrees([Float64Array.of(1), Float64Array.of(2)], [0, 10], 0.5, random(1, 0, 't'));
    expect(few.at(Float64Array.of(1))).toBe(few.at(Float64Array.of(2)));
  });
});

describe('a tree', () => {
  it('takes the split that gains most, as a plain search does', () => {
    let split = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(6), fc.nat(6), fc.integer({ min: -5, max: 5 })), {
          minLength: 2,
          maxLength: 40,
        }),
        (data) => {
          const rows = data.map(([a, b]) => Float64Array.of(a, b));
          const gradients = Float64Array.from(data, ([, , gradient]) => gradient);
          const all = Int32Array.from(rows.keys());
          const mean = (leaf: Int32Array): number =>
            leaf.reduce((sum, row) => sum + (gradients[row] ?? 0), 0) / leaf.length;
          const tree = growTree(binRows(rows), all, [0, 1], gradients, { ...LIMITS, maxDepth: 1 }, mean);
          const worth = (list: readonly number[]): number => {
            const sum = list.reduce((total, value) => total + value, 0);
            return list.length === 0 ? 0 : (sum * sum) / list.length;
          };
          let most = worth([...gradients]);
          for (const feature of [0, 1] as const) {
            for (let bound = 0; bound < 6; bound++) {
              const left = data.filter((row) => row[feature] <= bound).map((row) => row[2]);
              const right = data.filter((row) => row[feature] > bound).map((row) => row[2]);
              if (left.length > 0 && right.length > 0) most = Math.max(most, worth(left) + worth(right));
            }
          }
          const leaves = new Map<number, number[]>();
          rows.forEach((row, i) => {
            const value = tree.at(row);
            leaves.set(value, [...(leaves.get(value) ?? []), gradients[i] ?? 0]);
          });
          if (leaves.size === 2) split++;
          expect([...leaves.values()].reduce((sum, list) => sum + worth(list), 0)).toBeCloseTo(most, 9);
        },
      ),
      { numRuns: 300 },
    );
    expect(split).toBeGreaterThan(100);
  });

  it('goes no deeper than it may, and leaves no child with fewer rows than it must', () => {
    const rows = Array.from({ length: 64 }, (_, i) => Float64Array.of(i));
    const gradients = Float64Array.from(rows, (_, i) => i * i);
    const sizes: number[] = [];
    growTree(
      binRows(rows),
      Int32Array.from(rows.keys()),
      [0],
      gradients,
      { ...LIMITS, maxDepth: 3, minChildWeight: 5 },
      (leaf) => sizes.push(leaf.length),
    );
    expect(sizes.length).toBeGreaterThan(2);
    expect(sizes.length).toBeLessThanOrEqual(8);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(5);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(64);
  });
});

it('bins keep the order of values, each its own while there are few', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 600 }),
      (values) => {
        const { columns, bounds } = binRows(values.map((value) => Float64Array.of(value)));
        const distinct = new Set(values).size;
        expect(bounds[0]?.length).toBeLessThanOrEqual(255);
        if (distinct <= 256) expect(new Set(columns[0]).size).toBe(distinct);
        for (let i = 1; i < values.length; i++) {
          const order = (values[i] ?? 0) - (values[i - 1] ?? 0);
          const bins = (columns[0]?.[i] ?? 0) - (columns[0]?.[i - 1] ?? 0);
          expect(Math.sign(order) * bins).toBeGreaterThanOrEqual(0);
        }
      },
    ),
    { numRuns: 100 },
  );
});
