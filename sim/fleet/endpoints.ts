import type { EndpointInfo } from '../../scheduler/endpoint.ts';
import type { Tokens } from '../../base/units.ts';
import type { PoolInput } from './run-input.ts';

/** The replicas of all pools as a router's host announces them, in the order in which the fleet numbers them. */
export function endpointInfos(pools: readonly PoolInput[]): EndpointInfo[] {
  return pools.flatMap(({ name, replicas, role, labels }) =>
    Array.from({ length: replicas }, (_, replica) => ({
      id: `default/${name}-${replica}`,
      address: `${name}-${replica}`,
      port: '8000',
      labels: { 'llm-d.ai/role': role, ...labels },
    })),
  );
}

/** Tokens per KV block of each replica, by its number. */
export function blockSizeOf(pools: readonly PoolInput[]): (replica: number) => Tokens {
  const sizes = pools.flatMap(({ replicas, engine }) =>
    Array.from({ length: replicas }, () => engine.blockSize),
  );
  return (replica) => sizes[replica] ?? 0;
}
