import type { KeyRun } from '../../base/prompt.ts';

/** The keys of blocks, one by one. */
export function keysOf(runs: readonly KeyRun[]): number[] {
  return runs.flatMap(({ firstKey, count }) => Array.from({ length: count }, (_, i) => firstKey + i));
}
