import { ReplicaServer } from '../../sim/engine/replica-server.ts';
import { driveServers, type Told } from './drive-servers.ts';
import { PlainReplica } from './plain-engine/plain-replica.ts';
import { planned, type RandomLoad, TICKS_PER_SECOND } from './random-load.ts';
import { RandomTimer } from './random-timer.ts';

/** What runs have met, by kind. */
export type Met = Map<string, number>;

/**
 * Plays one load on plain replicas, step by step, and on the product's, which leap. Throws at the first request for which
 * they do not tell the same, to the tick; adds to `met` what there was to see.
 */
export function compareReplicas(load: RandomLoad, met: Met): void {
  const { config } = load;
  const plains: PlainReplica[] = [];
  const plain = driveServers(planned(load), (listener) => {
    for (let replica = 0; replica < load.replicas; replica++)
      plains.push(new PlainReplica(config, new RandomTimer(load.timer), listener, TICKS_PER_SECOND));
    return plains;
  });
  const product = driveServers(planned(load), (listener) =>
    Array.from(
      { length: load.replicas },
      () =>
        new ReplicaServer({
          config,
          timer: new RandomTimer(load.timer),
          listener,
          ticksPerSecond: TICKS_PER_SECOND,
          gaugeHistory: TICKS_PER_SECOND,
        }),
    ),
  );
  plain.requests.forEach((lines, request) =>
    same(`request ${request}`, lines, product.requests[request] ?? []),
  );
  same('sums', sumsOf(plain), sumsOf(product));

  const count = (kind: string, times: number) => met.set(kind, (met.get(kind) ?? 0) + times);
  count('requests', load.requests.length);
  count('decode steps', sum(plains.map(({ decodeSteps }) => decodeSteps)));
  count('leapt steps', product.sums.leapt);
  count('evictions', sum(plains.map(({ scheduler }) => scheduler.cache.pool.evictions)));
  for (const { kind, seen } of KINDS)
    count(kind, plain.requests.filter((lines) => seen.test(lines.join('; '))).length);
  for (const { kind, of } of RUNS) count(kind, of(load) ? 1 : 0);
}

/** Fates of a request, as they are told. */
const KINDS = [
  { kind: 'hits', seen: /hit [1-9]/ },
  { kind: 'preemptions', seen: /preempted/ },
  { kind: 'preempted twice', seen: /preempted.*preempted/ },
  { kind: 'ends by itself', seen: /stop/ },
  { kind: 'ends at its limit', seen: /length/ },
  { kind: 'aborts before the first step', seen: /^ended \d+, 0 tokens, abort/ },
  { kind: 'aborts in the prompt', seen: /started.*ended \d+, 0 tokens, abort/ },
  { kind: 'aborts in the answer', seen: /ended \d+, [1-9]\d* tokens, abort/ },
  { kind: 'refused: input too long', seen: /refused: input too long/ },
  { kind: 'refused: never fits', seen: /refused: never fits/ },
  { kind: 'refused: input and output too long', seen: /refused: input and output too long/ },
] as const;

/** What runs differ in. */
const RUNS: readonly { readonly kind: string; readonly of: (load: RandomLoad) => boolean }[] = [
  { kind: 'asynchronous runs', of: ({ config }) => config.asyncScheduling },
  { kind: 'synchronous runs', of: ({ config }) => !config.asyncScheduling },
  { kind: 'runs under fcfs', of: ({ config }) => config.policy === 'fcfs' },
  { kind: 'runs under priority', of: ({ config }) => config.policy === 'priority' },
  { kind: 'runs with a long-prefill threshold', of: ({ config }) => config.longPrefillTokenThreshold > 0 },
  { kind: 'runs in tiny pools', of: ({ config }) => config.numGpuBlocks <= 16 },
  { kind: 'runs with sliding windows', of: ({ config }) => config.slidingWindow !== undefined },
  {
    kind: 'runs with several groups of sliding windows',
    of: ({ config }) => config.slidingWindow !== undefined && (config.slidingWindowGroups ?? 1) > 1,
  },
  { kind: 'runs with sliding windows alone', of: ({ config }) => config.windowsOnly === true },
  { kind: 'runs with a limit of adapters', of: ({ config }) => config.maxLoras !== undefined },
  { kind: 'runs of several replicas', of: ({ replicas }) => replicas > 1 },
];

function sumsOf({ sums }: Told): string[] {
  return Object.entries(sums).flatMap(([name, value]) => (name === 'leapt' ? [] : [`${name} ${value}`]));
}

/** Lines in any order: what is told of one instant has none. */
function same(what: string, plain: readonly string[], product: readonly string[]): void {
  const expected = plain.toSorted().join('; ');
  const came = product.toSorted().join('; ');
  if (expected === came) return;
  throw new Error(`${what}\n  step by step: ${expected}\n  leaping:      ${came}`);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
