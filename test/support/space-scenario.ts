/** A kind of server whose steps take so many milliseconds, and so many microseconds for each token. */
export interface StepKind {
  readonly usd: number;
  readonly constant: number;
  readonly perToken: number;
}

/** A scenario with a pool `k0`, `k1` … on hardware `gpu0`, `gpu1` … for each kind: a space small enough to try every fleet. */
export function spaceScenario(
  kinds: readonly StepKind[],
  {
    random,
    router = 'least-request',
    attainment = 0.9,
    plan,
  }: {
    /** Keys of `workload.random`, `requests` apart. */
    readonly random: string;
    readonly router?: string;
    readonly attainment?: number;
    /** Keys of `plan`. */
    readonly plan: string;
  },
): string {
  const pools = kinds.map(
    ({ constant, perToken }, k) =>
      `      - { name: k${k}, hardware: gpu${k}, replicas: 1, step_time: { constant: ${constant}ms, per_token: ${perToken}us }, engine: { num_gpu_blocks: 2000, max_model_len: 4096 } }`,
  );
  const prices = kinds.map(({ usd }, k) => `    gpu${k}: { usd_per_gpu_hour: ${usd} }`);
  return `apiVersion: fleetcast/v1alpha1
kind: Scenario
metadata: { name: space }
spec:
  fleet:
    pools:
${pools.join('\n')}
  workload:
    random: { requests: 120, ${random} }
  policies:
    - { name: p, router: { builtin: ${router} } }
  slo: { ttft: 300ms, tpot: 60ms, attainment: ${attainment} }
  prices:
${prices.join('\n')}
  plan: { ${plan} }
`;
}
