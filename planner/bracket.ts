import type { PoolInput, RunInput } from '../sim/fleet/run-input.ts';
import type { Demand } from './demand.ts';
import { serviceTimesOf, sizesUpTo } from './service-times.ts';

/** Where the smallest fleet that keeps the promise lies, before anything is simulated. */
export interface Bracket {
  /** No fewer replicas can do: without queues, with every batch of the best size, with one cache for everybody. */
  readonly atLeast: number;
  /** The same before rounding up. */
  readonly work: number;
  /** Where a search starts. Says nothing about the answer. */
  readonly guess: number;
  /** Why no number of replicas can do; undefined where some may. */
  readonly hopeless: string | undefined;
  /** Seconds of work of one replica per second of the workload, decode and prefill, as the guess has them. */
  readonly load: { readonly decode: number; readonly prefill: number };
}

/** Seconds of service that a fleet may be behind at the last arrival without being unstable (definition of the verdict). */
const BEHIND = 10;

/** Share of the time that a fleet can be busy before requests queue noticeably. Only sets where the search starts. */
const USUAL_BUSY_SHARE = 0.75;

/** Share of the repeated prompt tokens that is computed again in practice. Only sets where the search starts. */
const USUAL_LOST_HITS = 0.2;

/** Share of the TPOT target that a pure decode step takes, leaving room for prompts. Only sets where the search starts. */
const USUAL_STEP_SHARE = 0.7;

export function bracketOf(pool: PoolInput, demand: Demand, slo: RunInput['slo']): Bracket {
  const times = serviceTimesOf(pool);
  const { engine } = pool;
  const promised = slo?.attainment ?? 1;
  const strictest = (of: 'ttft' | 'tpot'): number =>
    Math.min(
      slo?.default[of] ?? Infinity,
      ...[...(slo?.classes.values() ?? [])].map((one) => one[of] ?? Infinity),
    );
  const loosest = (of: 'ttft' | 'tpot'): number =>
    Math.max(
      slo?.default[of] ?? Infinity,
      ...[...(slo?.classes.values() ?? [])].map((one) => one[of] ?? Infinity),
    );
  const fastest = times.decodeStep(1, 1);
  const hopeless =
    demand.outputTokens > 2 * demand.requests && fastest > loosest('tpot')
      ? `one sequence alone takes ${(1000 * fastest).toPrecision(3)} ms per token`
      : undefined;
  const ttft = loosest('ttft');
  const patience = demand.seconds + BEHIND + (Number.isFinite(ttft) ? ttft : 0);
  const decode = demand.outputTokens * times.leastDecodePerToken(demand.meanContext);
  const prefill = demand.uniqueTokens * times.leastPrefillPerToken;
  const work = (promised * Math.max(decode, prefill)) / patience;
  const atLeast = Math.max(1, Math.ceil(work));

  const kvTokens = (engine.numGpuBlocks - 1) * engine.blockSize;
  const slots = Math.min(
    engine.maxNumSeqs,
    Math.max(1, Math.floor(kvTokens / Math.max(1, demand.meanContext))),
  );
  const stepLimit = USUAL_STEP_SHARE * strictest('tpot');
  const rows =
    sizesUpTo(slots).findLast((size) => times.decodeStep(size, demand.meanContext) <= stepLimit) ?? 1;
  const computed = demand.uniqueTokens + USUAL_LOST_HITS * (demand.inputTokens - demand.uniqueTokens);
  const load = {
    decode: (demand.outputTokens * times.decodeStep(rows, demand.meanContext)) / rows / demand.seconds,
    prefill: (computed * times.leastPrefillPerToken) / demand.seconds,
  };
  const guess = Math.max(atLeast, Math.ceil((load.decode + load.prefill) / USUAL_BUSY_SHARE));
  return { atLeast, work, guess, hopeless, load };
}
