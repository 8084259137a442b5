import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { blackBox } from '../../../sim/latency/black-box.ts';
import { throughPoints, valueAt } from '../../../sim/latency/piecewise-line.ts';
import type { StepCost } from '../../../sim/latency/step-cost.ts';
import type { StepGrowth, StepTimer } from '../../../sim/latency/step-time-model.ts';
import { contextVariance, CostTimer } from '../../../sim/latency/step-timer.ts';
import { shapeOf, timerOf, TICKS_PER_SECOND } from './support.ts';

/** A cost with knots, a window, a skew term and a CPU that is slow enough to matter. */
function synthetic(seed: number, asyncScheduling: boolean): StepCost {
  const full = throughPoints([0, 1000, 5000, 40000], [1e-5, 3e-5, 9e-5, 9e-4 + seed * 1e-7]);
  const window = throughPoints([0, 300, 4000], [0, 1e-6, 5e-5]);
  return {
    asyncScheduling,
    tokens: ({ tokens, rows }) => 1e-3 + tokens * 1.37e-7 + rows * 1e-6,
    decodeAttention: () => full,
    windowAttention: () => window,
    readFromCache: (shared) => Math.round(0.4 * shared),
    skew: (rows, variance) => rows * variance * 1e-14,
    mixedAttention: ({ chunks, decodeContext }) => 1e-6 * chunks + 1e-9 * decodeContext,
    cpu: ({ rows }) => 1e-3 + (seed % 5) * 1.5e-4 + rows * 1e-6,
  };
}

/** Contexts, many of them about as long as a window, so that some fill it. */
const rows = fc.array(fc.oneof(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 9000 })), {
  minLength: 1,
  maxLength: 12,
});

describe('growth of decode steps', () => {
  it('is exact, bit for bit, up to every knot, full window and CPU bound', () => {
    const met = { knots: 0, windows: 0, cpuBound: 0, steps: 0 };
    fc.assert(
      fc.property(
        rows,
        fc.integer({ min: 0, max: 99 }),
        fc.boolean(),
        fc.constantFrom(1e9, 8e9, 64e9),
        fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20_000 })),
        (contexts, seed, asyncScheduling, rate, sharedContext) => {
          const window = 700;
          const timer = new CostTimer(synthetic(seed, asyncScheduling), rate);
          const at = (step: number) => {
            const now = contexts.map((context) => context + step);
            const growing = now.filter((context) => context < window);
            return {
              ...shapeOf(now),
              sharedContext,
              windowContext: now.reduce((sum, context) => sum + Math.min(context, window), 0),
              windowGrowingRows: growing.length,
              windowStepsToFull: growing.length === 0 ? Infinity : window - Math.max(...growing),
            };
          };
          const growth: StepGrowth = { growth: 0, steps: 0 };
          let step = 0;
          for (let leap = 0; leap < 4; leap++) {
            const shape = at(step);
            timer.growth(shape, growth);
            expect(growth.steps).toBeGreaterThanOrEqual(1);
            const first = timer.step(shape);
            const span = Math.min(growth.steps, 400);
            for (let k = 0; k < span; k++) expect(timer.step(at(step + k))).toBe(first + k * growth.growth);
            if (growth.growth === 0) met.cpuBound++;
            if (growth.steps === shape.windowStepsToFull) met.windows++;
            else if (growth.steps < 400) met.knots++;
            met.steps += span;
            step += span;
          }
        },
      ),
      { numRuns: 150 },
    );
    for (const count of Object.values(met)) expect(count).toBeGreaterThan(5);
  });

  it('holds for a real profile', () => {
    const timer = timerOf('h100-sxm-80gb', 'qwen3-32b', 2);
    leapEqualsSteps(timer, [700, 1300, 90, 4000], 3000);
    leapEqualsSteps(
      timer,
      Array.from({ length: 200 }, (_, index) => 17 * index),
      500,
    );
  });

  function leapEqualsSteps(timer: StepTimer, contexts: readonly number[], steps: number): void {
    const growth: StepGrowth = { growth: 0, steps: 0 };
    const shape = shapeOf(contexts);
    timer.growth(shape, growth);
    expect(growth.growth).toBeGreaterThan(0);
    const first = timer.step(shape);
    for (let k = 0; k < Math.min(steps, growth.steps); k++)
      expect(timer.step(shapeOf(contexts.map((context) => context + k)))).toBe(first + k * growth.growth);
  }
});

describe('equal shapes', () => {
  it('take equal time, whatever the timer did before', () => {
    const used = timerOf('l40s-48gb', 'llama-3.1-8b', 1);
    fc.assert(
      fc.property(
        rows,
        fc.array(fc.tuple(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 0, max: 30000 })), {
          maxLength: 3,
        }),
        (contexts, chunks) => {
          const shape = shapeOf(contexts, chunks);
          used.step(shapeOf([1, 2, 3]));
          expect(used.step(shape)).toBe(timerOf('l40s-48gb', 'llama-3.1-8b', 1).step(shape));
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe('CPU and GPU', () => {
  const cost = (asyncScheduling: boolean): StepCost => ({
    ...synthetic(0, asyncScheduling),
    tokens: () => 1e-3,
    decodeAttention: () => throughPoints([0, 1], [0, 0]),
    windowAttention: () => undefined,
    skew: () => 0,
    cpu: () => 3e-3,
  });

  it('overlap with asynchronous scheduling and follow each other without', () => {
    expect(new CostTimer(cost(true), 1e9).step(shapeOf([5]))).toBe(3e6);
    expect(new CostTimer(cost(false), 1e9).step(shapeOf([5]))).toBe(4e6);
  });
});

describe('black box', () => {
  const box = { constant: 0.01, perToken: 5e-5, perContextToken: 2e-8 };

  it('adds up constant, scheduled tokens and computed tokens', () => {
    const timer = blackBox(box).timer(TICKS_PER_SECOND);
    const seconds = timer.step(shapeOf([100, 300], [[512, 1024]])) / TICKS_PER_SECOND;
    expect(seconds).toBeCloseTo(0.01 + 5e-5 * 514 + 2e-8 * (400 + 1024), 9);
  });

  it('takes at least a tick and grows with the context of decode rows', () => {
    const growth: StepGrowth = { growth: 0, steps: 0 };
    const nothing = blackBox({ constant: 0, perToken: 0, perContextToken: 0 }).timer(1e9);
    expect(nothing.step(shapeOf([7]))).toBe(1);
    const timer = blackBox(box).timer(TICKS_PER_SECOND);
    timer.growth(shapeOf([100, 300]), growth);
    expect(growth).toEqual({ growth: 2560, steps: Infinity });
  });
});

describe('variance of contexts', () => {
  it('is that of the rows and stays the same, bit for bit, as all of them grow', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 131072 }), { minLength: 2, maxLength: 1024 }),
        fc.integer({ min: 1, max: 9999 }),
        (contexts, steps) => {
          const variance = contextVariance(shapeOf(contexts));
          const mean = contexts.reduce((sum, context) => sum + context, 0) / contexts.length;
          const expected =
            contexts.reduce((sum, context) => sum + (context - mean) ** 2, 0) / contexts.length;
          expect(Math.abs(variance - expected)).toBeLessThanOrEqual(1e-9 * (expected + 1e6));
          expect(contextVariance(shapeOf(contexts.map((context) => context + steps)))).toBe(variance);
        },
      ),
    );
  });
});

describe('piecewise lines', () => {
  it('go through their points and on beyond the last', () => {
    const line = throughPoints([0, 10, 30], [1, 2, 0]);
    expect([0, 5, 10, 20, 30, 40].map((x) => valueAt(line, x))).toEqual([1, 1.5, 2, 1, 0, -1]);
  });
});
