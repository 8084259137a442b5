import { invariant } from '../base/invariant.ts';
import type { RunRecord } from '../documents/run-record.ts';

/** The runs of one policy, by ascending seed. */
export interface PolicyRuns {
  readonly name: string;
  readonly records: readonly RunRecord[];
}

/** Groups records by policy, in the order in which policies first come. */
export function byPolicy(records: readonly RunRecord[]): PolicyRuns[] {
  const names = [...new Set(records.map(({ entry }) => entry.policy))];
  const policies = names.map((name) => ({
    name,
    records: records.filter(({ entry }) => entry.policy === name).sort((a, b) => a.entry.seed - b.entry.seed),
  }));
  const seeds = policies.map((policy) => policy.records.map(({ entry }) => entry.seed).join());
  invariant(new Set(seeds).size <= 1, 'every policy was run with the same seeds', { names, seeds });
  return policies;
}
