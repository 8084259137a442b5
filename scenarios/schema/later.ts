/** A key or a value of the contract that is not simulated yet: refused with a reason, never passed over. */
interface Later {
  /** Path with `[]` for every index. */
  readonly path: string;
  /** Only these values of a key that exists (numbers: these and larger ones); undefined = the key itself. */
  readonly values?: readonly unknown[];
  readonly reason: string;
}

const DISAGGREGATION = 'prefill and decode on different replicas are not simulated yet';

const LATER: readonly Later[] = [
  { path: 'spec.network', reason: 'links and topology are not simulated yet' },
  { path: 'spec.fleet.pools[].role', values: ['prefill', 'decode'], reason: DISAGGREGATION },
  { path: 'spec.fleet.pools[].kv_tiers', reason: 'KV tiers beyond the GPU are not simulated yet' },
  { path: 'spec.fleet.pools[].kv_connector', reason: 'KV connectors are not simulated yet' },
  {
    path: 'spec.fleet.pools[].data_parallel_size',
    values: [2],
    reason: 'data parallelism is not simulated yet',
  },
  {
    path: 'spec.fleet.pools[].pipeline_parallel_size',
    values: [2],
    reason: 'pipeline parallelism is not simulated yet',
  },
  { path: 'spec.fleet.pools[].engine.max_num_queued_tokens', reason: 'this limit is not simulated yet' },
  {
    path: 'spec.fleet.pools[].engine.prefix_cache_retention_interval',
    reason: 'sliding-window models are not simulated yet',
  },
];

/** Why the key at this path is refused although the contract has it; undefined for a key that nobody knows. */
export function laterKey(path: readonly PropertyKey[]): string | undefined {
  return LATER.find((later) => later.values === undefined && matches(later.path, path))?.reason;
}

/** Why this value is refused although the contract has it. */
export function laterValue(path: readonly PropertyKey[], value: unknown): string | undefined {
  const isMeant = (one: unknown): boolean =>
    typeof one === 'number' && typeof value === 'number' ? value >= one : value === one;
  return LATER.find((later) => later.values?.some(isMeant) === true && matches(later.path, path))?.reason;
}

function matches(pattern: string, path: readonly PropertyKey[]): boolean {
  const parts = pattern.replaceAll('[]', '.[]').split('.');
  return (
    parts.length === path.length &&
    parts.every((part, index) => {
      const key = path[index];
      return part === '*' ? typeof key === 'string' : part === '[]' ? typeof key === 'number' : part === key;
    })
  );
}
