import type { EngineConfig } from '../../../sim/engine/engine-config.ts';
import type { Ablation } from './ablations.ts';

/** A server's settings, its part in a KV transfer, and the rule that an experiment switches off. */
export type PlainConfig = EngineConfig & {
  readonly connector?: Connector | undefined;
  readonly ablation?: Ablation | undefined;
};

export type Connector = 'kv_consumer' | 'kv_producer' | 'kv_both';

/** Passes in flight: vLLM's `max_concurrent_batches` without pipeline parallelism. */
export function passesInFlight(config: PlainConfig): number {
  return config.asyncScheduling && config.ablation !== 'one-step-lag' ? 2 : 1;
}

/** Whether this server receives KV from another one. */
export function isConsumer(config: PlainConfig): boolean {
  return config.connector === 'kv_consumer' || config.connector === 'kv_both';
}

/** Whether this server hands KV to another one: it may not skip computing what a preempted request has in flight. */
export function isProducer(config: PlainConfig): boolean {
  return config.connector === 'kv_producer' || config.connector === 'kv_both';
}
