import type { Seconds } from '../base/units.ts';
import type { RunInput } from '../sim/fleet/run-input.ts';
import type { Demand } from './demand.ts';
import type { PlayFleets } from './ledger.ts';
import type { SolveMix } from './mix-program.ts';
import type { PlanSpace } from './plan-space.ts';
import type { termsOf } from './terms-of.ts';

/** Everything that a plan for one model is made of. */
export interface PlanToMake {
  readonly space: PlanSpace;
  readonly policies: readonly string[];
  readonly demand: Demand;
  readonly slo: RunInput['slo'];
  readonly prices: Parameters<typeof termsOf>[0];
  /** Whether the load can be scaled: an open loop. */
  readonly scalable: boolean;
  /** Whether clients get tokens as they come. */
  readonly streaming: boolean;
  readonly warmup: Seconds;
  /** Replications of the workload, in each of which the fleet must keep its promise. */
  readonly replications: number;
  readonly play: PlayFleets;
  readonly solve: SolveMix;
}
