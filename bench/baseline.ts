import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Speeds of an earlier bench, and the machine that they belong to. */
export interface Baseline {
  readonly cpu: string;
  readonly node: string;
  /** By the name of the workload. */
  readonly requestsPerSecond: Readonly<Record<string, number>>;
  /** By the name of the router's configuration. */
  readonly decisionMicroseconds: Readonly<Record<string, number>>;
}

/** The baseline that the repository holds; undefined = there is none yet. */
export function readBaseline(file: string): Baseline | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Baseline) : undefined;
}

/** Writes new speeds over old ones; what was not played keeps its old figure if that is of the same machine. */
export function saveBaseline(file: string, now: Baseline, before: Baseline | undefined): void {
  const same = before !== undefined && before.cpu === now.cpu && before.node === now.node;
  const merged: Baseline = {
    cpu: now.cpu,
    node: now.node,
    requestsPerSecond: rounded({ ...(same && before.requestsPerSecond), ...now.requestsPerSecond }),
    decisionMicroseconds: rounded({ ...(same && before.decisionMicroseconds), ...now.decisionMicroseconds }),
  };
  writeFileSync(file, `${JSON.stringify(merged, undefined, 2)}\n`);
}

/** Three digits: the rest is noise. */
function rounded(figures: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [name, Number(value.toPrecision(3))]),
  );
}
