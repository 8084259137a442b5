import type { EngineConfig, EngineRules } from '../../../sim/engine/engine-config.ts';
import type { TraceHeader } from './trace-case.ts';

/** What a version of vLLM does where versions differ, by `major.minor`. */
export type RulesOf = (version: string) => EngineRules | undefined;

/** Settings of the replica that was recorded; undefined when no engine profile describes its version. */
export function recordedConfig(header: TraceHeader, rulesOf: RulesOf): EngineConfig | undefined {
  const { cfg } = header;
  const rules = rulesOf(header.vllm.split('.').slice(0, 2).join('.'));
  if (rules === undefined) return undefined;
  return {
    blockSize: cfg.blockSize,
    numGpuBlocks: cfg.blocks,
    maxModelLen: cfg.maxModelLen,
    maxNumSeqs: cfg.maxSeqs,
    maxNumActiveSeqs: cfg.maxActiveSeqs,
    maxNumBatchedTokens: cfg.maxBatchedTokens,
    maxNumScheduledTokens: cfg.maxScheduledTokens ?? cfg.maxBatchedTokens,
    longPrefillTokenThreshold: cfg.longPrefillThreshold,
    longPrefillTokenThresholdAdaptive: cfg.longPrefillAdaptive ?? false,
    enableChunkedPrefill: cfg.chunkedPrefill,
    enablePrefixCaching: cfg.prefixCaching,
    schedulerReserveFullIsl: cfg.reserveFullIsl,
    watermark: cfg.watermark,
    policy: cfg.policy,
    asyncScheduling: header.mode === 'async',
    prefillScheduleInterval: cfg.prefillInterval ?? 1,
    maxNumQueuedReqs: undefined,
    maxLoras: cfg.maxLoras,
    numSpeculativeTokens: cfg.specTokens ?? 0,
    slidingWindow: cfg.slidingWindow,
    prefixCacheRetentionInterval: cfg.retention ?? undefined,
    rules,
    overhead: { ingest: 0, ingestPerToken: 0, output: 0 },
  };
}
