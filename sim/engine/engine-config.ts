import type { Blocks, Seconds, Tokens } from '../../base/units.ts';

/** A vLLM server's settings after every default has been filled in. Names are vLLM's, in camel case. */
export interface EngineConfig {
  readonly blockSize: Tokens;
  /** KV blocks of the pool as vLLM logs them: the null block included, usable = numGpuBlocks - 1. */
  readonly numGpuBlocks: Blocks;
  readonly maxModelLen: Tokens;
  readonly maxNumSeqs: number;
  /** Cap of the running list below maxNumSeqs. */
  readonly maxNumActiveSeqs: number | undefined;
  readonly maxNumBatchedTokens: Tokens;
  /** Token budget of one pass; maxNumBatchedTokens unless set. */
  readonly maxNumScheduledTokens: Tokens;
  readonly longPrefillTokenThreshold: Tokens;
  readonly longPrefillTokenThresholdAdaptive: boolean;
  readonly enableChunkedPrefill: boolean;
  readonly enablePrefixCaching: boolean;
  readonly schedulerReserveFullIsl: boolean;
  /** Share of the pool that an admission leaves free while anything runs. */
  readonly watermark: number;
  readonly policy: 'fcfs' | 'priority';
  readonly asyncScheduling: boolean;
  readonly prefillScheduleInterval: number;
  readonly maxNumQueuedReqs: number | undefined;
  readonly maxLoras: number | undefined;
  readonly numSpeculativeTokens: number;
  /** Drafts come from a layer on top of the model (EAGLE, MTP), which keeps KV of its own. */
  readonly useEagle?: boolean | undefined;
  readonly slidingWindow: Tokens | undefined;
  /** Groups of sliding-window layers, each with blocks of its own; 1 unless given. */
  readonly slidingWindowGroups?: number | undefined;
  /** All layers that attend have the window: there is no group that attends to everything. */
  readonly windowsOnly?: boolean | undefined;
  readonly prefixCacheRetentionInterval: number | undefined;
  /** Which way KV travels between this server and others; undefined = it keeps its KV to itself. */
  readonly kvRole?: 'kv_consumer' | 'kv_producer' | 'kv_both' | undefined;
  readonly rules: EngineRules;
  /** Time outside the GPU. */
  readonly overhead: EngineOverhead;
}

/** Where vLLM versions behave differently; each engine profile states them. */
export interface EngineRules {
  /** longPrefillTokenThreshold holds for a request that is alone. 0.28: yes, 0.33: no. */
  readonly longPrefillThresholdWhenAlone: boolean;
  /** What a running loop does when a request under `priority` falls victim to itself. 0.28: end, 0.33: continue. */
  readonly ownVictim: 'end' | 'continue';
  /** When accepted draft tokens make a block findable. 0.28: next-schedule, 0.33: output. */
  readonly acceptedDraftsFindable: 'next-schedule' | 'output';
  /** A victim whose blocks an unfinished pass still writes. 0.28: preempt anyway, 0.33: preempt nobody. */
  readonly victimBeingWritten: 'preempt' | 'spare';
  /** Which adapters count against maxLoras. 0.28: those scheduled in this pass, 0.33: all running. */
  readonly lorasCounted: 'scheduled' | 'running';
  /** Where skipped requests wait. 0.28: a queue of their own, 0.33: the front of the waiting queue. */
  readonly skippedWait: 'own-queue' | 'front';
}

/** CPU work around the steps of one server. */
export interface EngineOverhead {
  /** HTTP and hand-over, which requests spend beside each other; tokenisation per input token, serial per API process. */
  readonly ingest: Seconds;
  readonly ingestPerToken: Seconds;
  /** From the end of a step to the token leaving the server. */
  readonly output: Seconds;
}
