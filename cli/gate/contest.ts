import type { CaseSource } from '../jobs/task.ts';

/** A policy in a gate, and what it is resolved from. */
export interface Arm {
  /** In the report: the policy's name, with its commit where that is what differs. */
  readonly name: string;
  readonly policy: string;
  readonly source: CaseSource;
  /** Whether its router scores endpoints. */
  readonly hasScores: boolean;
}

/** A candidate and what it must not be worse than. */
export interface Contest {
  readonly baseline: Arm;
  readonly candidate: Arm;
}
