import type { PoolReport, RunReport } from '../documents/run-report.ts';
import { formatShare, plural, threeDigits } from './format.ts';
import { outcomeOf } from './outcome.ts';
import type { PolicyFigures } from './policy-figures.ts';

/** From here on a cause is worth a word. Choices of taste, not measurements. */
const NOTABLE = {
  queueShare: 0.5,
  imbalance: 1.3,
  kvShare: 0.9,
  preemptions: 0.01,
  hitRate: 0.3,
  hitGap: 0.05,
  timeouts: 0.05,
};

/** What holds requests to the replicas that have their prefix, in whichever way the router's configuration does it. */
const WEAKEN =
  'weaken the pull of cached prefixes: less weight for a prefix scorer, a lower maxTTFTPenaltyMs of an affinity filter';

/**
 * What to try next, with the measurement that speaks for it. `best` is the policy that the answer favours. The rules are
 * asked in order; the first that applies speaks.
 */
export function nextStep(report: RunReport, policies: readonly PolicyFigures[], best: PolicyFigures): string {
  const causes = causesOf(best);
  const { pool, path, replicas } = causes;
  const more = `--set ${path}=${Math.max(replicas + 1, Math.ceil(1.5 * replicas))}`;
  if (
    best.verdict === 'unstable' &&
    (causes.waiting ?? Infinity) < 1 &&
    (causes.queueShare ?? 1) < NOTABLE.queueShare
  ) {
    return `let clients keep more in flight (spec.workload.client.max_in_flight): requests wait at their clients, and next to none on ${pool}, which works ${formatShare(causes.busyShare ?? 0)} of the time`;
  }
  if (best.verdict === 'unstable') {
    return `add replicas or send less: ${plural(replicas, 'replica')} of ${pool} cannot serve what arrives (${more})`;
  }
  if ((causes.rejectedShare ?? 0) >= 0.01) {
    return `see which requests were rejected and why (-o csv=requests.csv --per-request): they hold ${formatShare(causes.rejectedShare ?? 0)} of the input tokens, and a larger engine.max_model_len may admit them`;
  }
  const { timedOut, offered } = causes;
  if (timedOut >= NOTABLE.timeouts * offered) {
    return `raise spec.workload.client.timeout or make answers faster: ${formatShare(timedOut / offered)} of the requests ran out of time (a higher tensor_parallel_size, a faster GPU, shorter answers)`;
  }
  if (causes.unconnected >= NOTABLE.timeouts * offered) {
    return `raise spec.workload.client.max_connections: ${formatShare(causes.unconnected / offered)} of the requests found no connection free and failed`;
  }
  const blocks = report.comparisons[0]?.blocks;
  if (
    report.comparisons.length > 0 &&
    report.comparisons.every(({ verdict }) => verdict === 'too little data')
  ) {
    return `play more of the workload: an interval needs 20 blocks of sessions or minutes, and there were ${blocks ?? 0}`;
  }
  const { queueShare, imbalance, kvShare, busyShare, hitRate } = causes;
  if (queueShare !== undefined && queueShare >= NOTABLE.queueShare) {
    const queueing = `requests of ${best.name} spend ${formatShare(queueShare)} of their mean TTFT in a queue`;
    if (imbalance !== undefined && imbalance >= NOTABLE.imbalance) {
      return `spread the load better: ${queueing} while the busiest replica runs ${threeDigits(imbalance)} times the mean (${causes.loosen})`;
    }
    if ((kvShare ?? 0) >= NOTABLE.kvShare || causes.preemptions >= NOTABLE.preemptions) {
      return `give the KV cache more room: ${queueing} and ${pool} fills ${formatShare(kvShare ?? 0)} of it on average (more replicas, a higher tensor_parallel_size, or kv_cache_dtype fp8)`;
    }
    return `add replicas: ${queueing} and the load is even (${more})`;
  }
  const rival = policies
    .filter((policy) => policy !== best)
    .toSorted((a, b) => (b.value('prefixCache.hitRate') ?? 0) - (a.value('prefixCache.hitRate') ?? 0))[0];
  const rivalHits = rival?.value('prefixCache.hitRate') ?? 0;
  if (rival !== undefined && hitRate !== undefined && rivalHits - hitRate >= NOTABLE.hitGap) {
    const rivalImbalance = causesOf(rival).imbalance ?? 1;
    const spread =
      rivalImbalance > (imbalance ?? 1)
        ? `, but its busiest replica runs ${threeDigits(rivalImbalance)} times the mean (${causesOf(rival).loosen})`
        : ' (a prefix scorer beside the load scorers)';
    return `combine both: ${best.name} finds only ${formatShare(hitRate)} of the input tokens in the prefix cache; ${rival.name} finds ${formatShare(rivalHits)}${spread}`;
  }
  if (imbalance !== undefined && imbalance >= NOTABLE.imbalance) {
    return `spread the load better: under ${best.name} the busiest replica runs ${threeDigits(imbalance)} times the mean (${causes.loosen})`;
  }
  if (busyShare !== undefined && busyShare < 0.5 && replicas > 1 && best.verdict === 'stable') {
    return `try fewer replicas: ${pool} works only ${formatShare(busyShare)} of the time (--set ${path}=${Math.max(1, Math.floor(0.75 * replicas))})`;
  }
  if (hitRate !== undefined && hitRate < NOTABLE.hitRate && queueShare !== undefined) {
    return `shorten the prefill, which is most of the TTFT: only ${formatShare(hitRate)} of the input tokens are found in the prefix cache (shared text first in the prompt, a higher tensor_parallel_size, or a faster GPU)`;
  }
  const close = policies.some(
    (policy) => policy !== best && outcomeOf(report, best, policy).kind === 'close',
  );
  return `${close ? 'raise the load, where policies differ more' : 'find the load at which it breaks'}: ${pool} works ${busyShare === undefined ? 'part' : formatShare(busyShare)} of the time now (--set spec.workload.load.rate_scale=1.5)`;
}

/** What was measured of a policy that can explain its latencies; of the pool where it is worst. */
function causesOf(policy: PolicyFigures) {
  const ttft = policy.value('ttft.mean');
  const queue = policy.value('queueTime.mean');
  const pools = policy.entries[0]?.pools ?? [];
  const worst = (figure: (pool: PoolReport) => number | undefined): number | undefined => {
    const values = policy.entries.flatMap((entry) => entry.pools.flatMap((pool) => figure(pool) ?? []));
    return values.length === 0 ? undefined : Math.max(...values);
  };
  const busiest = pools.reduce(
    (found, pool, index) => ((pool.busyShare ?? 0) > (pools[found]?.busyShare ?? -1) ? index : found),
    0,
  );
  return {
    pool: pools[busiest]?.name ?? 'the fleet',
    path: `spec.fleet.pools[${busiest}].replicas`,
    replicas: pools[busiest]?.replicas ?? 1,
    queueShare: ttft !== undefined && queue !== undefined && ttft > 0 ? queue / ttft : undefined,
    imbalance: worst((pool) => pool.imbalance),
    kvShare: worst((pool) => pool.meanKvShare),
    busyShare: worst((pool) => pool.busyShare),
    hitRate: policy.value('prefixCache.hitRate'),
    rejectedShare: policy.value('rejectedInputTokenShare'),
    waiting: worst((pool) => pool.meanWaiting),
    timedOut: policy.value('requests.timedOut') ?? 0,
    offered: policy.value('requests.offered') ?? 0,
    unconnected: mean(
      policy.entries.map(
        ({ rejectionReasons = [] }) =>
          rejectionReasons.find(({ reason }) => reason === 'no connection')?.count ?? 0,
      ),
    ),
    // Only a router that looks for cached prefixes can be told to look less.
    loosen:
      (policy.value('prefixCache.predictedHitTokens') ?? 0) > 0 ? WEAKEN : 'least-request looks at the load',
    preemptions: (policy.value('preemptions') ?? 0) / Math.max(1, policy.value('requests.offered') ?? 1),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
