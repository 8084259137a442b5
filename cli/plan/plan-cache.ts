import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

import { plan as planSchema, type Plan } from '../../documents/plan.ts';
import { renderPlanJson } from '../../reports/json.ts';
import { writeWhole } from '../files/write-file.ts';
import { packageRoot } from '../package-root.ts';

/** Everything that a plan depends on, the program and its profiles excepted. */
export interface PlanKey {
  readonly scenarioSha256: string;
  readonly workloadSha256: string;
  readonly policies: readonly string[];
  readonly seeds: readonly number[];
}

/** Plans by content of what they were made from, in a folder. Another version of the program, or of a profile, finds nothing. */
export class PlanCache {
  private readonly file: string;

  /** `program`: digest of the program; see `programDigest`. */
  constructor(folder: string, key: PlanKey, program: string) {
    const { scenarioSha256, workloadSha256, policies, seeds } = key;
    const content = JSON.stringify([program, scenarioSha256, workloadSha256, policies, seeds]);
    this.file = path.join(folder, `${createHash('sha256').update(content).digest('hex')}.json`);
  }

  /** The plan that was made of the same before; undefined when there is none that can be read. */
  read(): Plan | undefined {
    if (!existsSync(this.file)) return undefined;
    try {
      return planSchema.parse(JSON.parse(readFileSync(this.file, 'utf8')));
    } catch {
      return undefined; // cut off by a full disk, or another program's: the plan is made anew
    }
  }

  /** Keeps a plan. A folder that cannot be written to costs time the next time, and nothing else. */
  write(document: Plan): void {
    try {
      mkdirSync(path.dirname(this.file), { recursive: true });
      writeWhole(this.file, [renderPlanJson(document)]);
    } catch (error) {
      if (!(error instanceof Error && 'syscall' in error)) throw error;
    }
  }
}

/** Where plans are kept (XDG Base Directory Specification: $XDG_CACHE_HOME, else ~/.cache). */
export function cacheFolder(): string {
  const home = process.env['XDG_CACHE_HOME'];
  return path.join(
    home === undefined || home === '' ? path.join(homedir(), '.cache') : home,
    'fleetcast',
    'plans',
  );
}

/** SHA-256 over the program's own files, its profiles and its routers: whatever changes a forecast changes this. */
export function programDigest(): string {
  const hash = createHash('sha256');
  for (const folder of ['dist', 'hardware-profiles', 'scenarios/routers']) {
    const root = path.join(packageRoot(), folder);
    if (!existsSync(root)) continue;
    const files = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(?:js|yaml|json)$/.test(entry.name))
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort();
    for (const file of files) hash.update(path.relative(root, file)).update(readFileSync(file));
  }
  return hash.digest('hex');
}
