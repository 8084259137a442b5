import type { KeyRun } from '../../base/prompt.ts';

/** Of a list of keys, `count` from position `from` on (fewer where it ends). */
export function sliceKeys(runs: readonly KeyRun[], from: number, count: number): KeyRun[] {
  const taken: KeyRun[] = [];
  let skip = from;
  let left = count;
  for (const run of runs) {
    if (left <= 0) break;
    const offset = Math.min(skip, run.count);
    skip -= offset;
    const length = Math.min(run.count - offset, left);
    if (length > 0) taken.push({ firstKey: run.firstKey + offset, count: length });
    left -= length;
  }
  return taken;
}
