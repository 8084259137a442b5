import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Requests per second and per second of processor time (absent for workloads that are played once). */
export interface Speed {
  readonly requestsPerSecond: number;
  readonly requestsPerCpuSecond?: number;
}

/** Speeds of an earlier bench, and the machine that they belong to. */
export interface Baseline {
  readonly cpu: string;
  readonly node: string;
  /** Of the last minute when the last of them were measured; above 1 speeds per second are too low. */
  readonly loadAverage: number;
  /** By the name of the workload. */
  readonly workloads: Readonly<Record<string, Speed>>;
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
    loadAverage: now.loadAverage,
    workloads: { ...(same && before.workloads), ...now.workloads },
    decisionMicroseconds: { ...(same && before.decisionMicroseconds), ...now.decisionMicroseconds },
  };
  writeFileSync(file, `${JSON.stringify(merged, undefined, 2)}\n`);
}
