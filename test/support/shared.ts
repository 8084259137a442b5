import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = path.resolve(root, process.env.FLEETCAST_SHARED ?? '../shared');
const wanted = process.env.FLEETCAST_SHARED !== undefined || existsSync(folder);

/**
 * Path of real data or recorded decisions (`data/traces/…`, `conformance/engine`), or undefined in a clone that has none.
 * Where the shared folder is named or present, a missing file is an error, not a skip.
 */
function sharedPath(relative: string): string | undefined {
  if (!wanted) return undefined;
  const file = path.join(folder, relative);
  if (!existsSync(file)) throw new Error(`${relative} is missing in ${folder} (FLEETCAST_SHARED)`);
  return file;
}

/** A group of tests on shared data: run with its path, or skipped under a title that says why. */
export function describeShared(title: string, relative: string, tests: (file: string) => void): void {
  const file = sharedPath(relative);
  describe(title, () => {
    if (file === undefined) it.skip(`needs ${relative}: set FLEETCAST_SHARED`);
    else tests(file);
  });
}
