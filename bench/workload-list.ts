/** One thing that the bench plays: a scenario of bench/workloads under one of its policies. */
export interface BenchWorkload {
  /** `mooncake/round-robin`: what it is played as, and by whom. */
  readonly name: string;
  /** File in bench/workloads. */
  readonly scenario: string;
  readonly policy: string;
  /** Overrides, as `--set` takes them. */
  readonly sets: readonly string[];
  /** Only with `--large`. */
  readonly large: boolean;
  /** One pass in a fresh process and nothing else: for runs whose memory is the question. */
  readonly coldOnly: boolean;
  /** Recorded traffic that it replays, in the folder of shared data. */
  readonly trace?: string;
}

/** Replicas of bench/workloads/scaling.yaml as it is written. */
const SCALING_REPLICAS = 8;

/** All workloads, in the order in which they are played. */
export const WORKLOADS: readonly BenchWorkload[] = [
  ...played('short-outputs', ['round-robin']),
  ...played('decode-heavy', ['round-robin']),
  ...played('shared-prefixes', ['round-robin', 'llm-d-default']),
  ...played('mooncake', ['round-robin', 'llm-d-default'], {
    trace: 'data/traces/mooncake-conversation.jsonl',
  }),
  ...scaled('replicas-8', 8, 200_000, ['round-robin', 'llm-d-default']),
  ...scaled('replicas-512', 512, 200_000, ['round-robin', 'llm-d-default']),
  ...scaled('million', 256, 1_000_000, ['round-robin']),
  ...scaled('ten-million', 8, 10_000_000, ['round-robin'], { coldOnly: true }),
];

/** Those that `--only` asks for (a whole name, or what stands before the slash), else all that are not large. */
export function chosen(only: readonly string[], large: boolean): BenchWorkload[] {
  return WORKLOADS.filter((workload) =>
    only.length > 0
      ? only.some((name) => workload.name === name || workload.name.startsWith(`${name}/`))
      : large || !workload.large,
  );
}

function played(
  label: string,
  policies: readonly string[],
  more: Partial<BenchWorkload> = {},
): BenchWorkload[] {
  return policies.map((policy) => ({
    name: `${label}/${policy}`,
    scenario: `${label}.yaml`,
    policy,
    sets: [],
    large: false,
    coldOnly: false,
    ...more,
  }));
}

/** `requests` of a thousand tokens in and two hundred out, at one load per replica whatever the number of replicas. */
function scaled(
  label: string,
  replicas: number,
  requests: number,
  policies: readonly string[],
  more: Partial<BenchWorkload> = {},
): BenchWorkload[] {
  const sets = [
    `spec.fleet.pools[0].replicas=${replicas}`,
    `spec.workload.random.requests=${requests}`,
    `spec.workload.load.rate_scale=${replicas / SCALING_REPLICAS}`,
  ];
  return played(label, policies, { scenario: 'scaling.yaml', sets, large: true, ...more });
}
