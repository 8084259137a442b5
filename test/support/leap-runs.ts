import fc from 'fast-check';

import { compareReplicas, type Met } from './compare-replicas.ts';
import { randomLoad } from './random-load.ts';

const LOADS_AT_ONCE = 500;

/**
 * Compares leaping with stepping on random loads of at least `requests` requests, from `seed` on; returns what was met.
 * Throws at the first difference with the smallest load that shows it and the command that plays it again.
 */
export function leapRuns(seed: number, requests: number, path?: string): Met {
  const met: Met = new Map();
  for (let from = seed; (met.get('requests') ?? 0) < requests; from++) {
    const found = fc.check(
      fc.property(randomLoad, (load) => compareReplicas(load, met)),
      { seed: from, numRuns: LOADS_AT_ONCE, ...(path !== undefined && { path }) },
    );
    if (found.failed) throw new Error(report(from, found));
    if (path !== undefined) return met;
  }
  return met;
}

function report(seed: number, { counterexample, counterexamplePath, errorInstance }: Found): string {
  const path = counterexamplePath ?? '';
  const why = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return [
    `stepping and leaping differ: ${why}`,
    `load: ${JSON.stringify(counterexample?.[0])}`,
    `seed ${seed}; again:`,
    `LEAP_SEED=${seed} LEAP_PATH=${path} npx vitest run --project node test/sim/engine/leap.test.ts`,
  ].join('\n');
}

interface Found {
  readonly counterexample: readonly unknown[] | null;
  readonly counterexamplePath: string | null;
  readonly errorInstance: unknown;
}
