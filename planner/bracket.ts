import type { Seconds } from '../base/units.ts';
import type { PoolInput, RunInput } from '../sim/fleet/run-input.ts';
import type { Demand } from './demand.ts';
import { leastReplicas } from './least-replicas.ts';
import { serviceTimesOf, sizesUpTo } from './service-times.ts';
import { stepFloorOf } from './step-floor.ts';

/** Where the smallest fleet that keeps the promise lies, before anything is simulated. */
export interface Bracket {
  /** No fewer replicas can do, whatever the router; see `leastReplicas`. */
  readonly atLeast: number;
  /** Replicas, as a fraction, by computed tokens alone: such bounds add up over kinds. */
  readonly work: number;
  /** The same by the KV of decoding requests alone. */
  readonly memory: number;
  /** Where a search starts. Says nothing about the answer. */
  readonly guess: number;
  /** Why no number of replicas can do; undefined where some may. */
  readonly hopeless: string | undefined;
}

/** Share of the time that a fleet can be busy before requests queue noticeably. Only sets where the search starts. */
const USUAL_BUSY_SHARE = 0.75;

/** Share of the repeated prompt tokens that is computed again in practice. Only sets where the search starts. */
const USUAL_LOST_HITS = 0.2;

/** Share of the TPOT target that a pure decode step takes, leaving room for prompts. Only sets where the search starts. */
const USUAL_STEP_SHARE = 0.7;

export interface BracketInput {
  readonly pool: PoolInput;
  /** At the peak. */
  readonly demand: Demand;
  /** Multiple of the workload's load at the peak. */
  readonly load: number;
  /** Per row of the demand: see `ownTokens`. */
  readonly own: Float64Array;
  readonly held: Float64Array;
  readonly slo: RunInput['slo'];
  readonly streaming: boolean;
  readonly warmup: Seconds;
}

export function bracketOf({ pool, demand, slo, ...terms }: BracketInput): Bracket {
  const times = serviceTimesOf(pool);
  const { engine } = pool;
  const strictestTpot = Math.min(
    slo?.default.tpot ?? Infinity,
    ...[...(slo?.classes.values() ?? [])].map((one) => one.tpot ?? Infinity),
  );
  const kvTokens = (engine.numGpuBlocks - 1) * engine.blockSize;
  const { atLeast, work, memory, lateAlone } = leastReplicas({
    ...terms,
    rows: demand.rows,
    kvTokens: engine.slidingWindow === undefined ? kvTokens : Infinity,
    attainment: slo?.attainment ?? 1,
    floor: stepFloorOf(pool),
    chunkTokens: engine.maxNumScheduledTokens,
  });
  const hopeless =
    lateAlone &&
    `${(100 * lateAlone.share).toFixed(1)} % of the requests are late even alone on a replica, most of them in ${lateAlone.target}`;

  const slots = Math.min(
    engine.maxNumSeqs,
    Math.max(1, Math.floor(kvTokens / Math.max(1, demand.meanContext))),
  );
  const stepLimit = USUAL_STEP_SHARE * strictestTpot;
  const rows =
    sizesUpTo(slots).findLast((size) => times.decodeStep(size, demand.meanContext) <= stepLimit) ?? 1;
  const computed = demand.uniqueTokens + USUAL_LOST_HITS * (demand.inputTokens - demand.uniqueTokens);
  const busy = {
    decode: (demand.outputTokens * times.decodeStep(rows, demand.meanContext)) / rows / demand.seconds,
    prefill: (computed * times.leastPrefillPerToken) / demand.seconds,
  };
  const guess = Math.max(atLeast, Math.ceil((busy.decode + busy.prefill) / USUAL_BUSY_SHARE));
  return { atLeast, work, memory, guess, hopeless };
}
