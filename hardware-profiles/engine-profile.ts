import type { Bytes, Tokens } from '../base/units.ts';
import type { Figure } from './figure.ts';

/** One version of a model server: its defaults, its rules, and the time and memory that its own code takes. */
export interface EngineProfile {
  readonly name: string;
  readonly engine: 'vllm';
  readonly version: string;
  /** What of this version was not read, and what stands for it; undefined when everything was. */
  readonly unread: string | undefined;
  readonly batchLimits: readonly BatchLimitClass[];
  readonly defaults: EngineDefaults;
  readonly cudaGraphs: CudaGraphRule;
  readonly rules: EngineProfileRules;
  readonly kernels: EngineKernels;
  readonly memory: EngineMemory;
  readonly overhead: EngineOverheadFigures;
}

/** Batch limits of `vllm serve` by GPU; the first class that fits holds. */
export interface BatchLimitClass {
  readonly memoryAtLeast: Bytes;
  /** Only devices whose name does not contain this (any case). */
  readonly nameWithout: string | undefined;
  readonly capabilityNot: number | undefined;
  readonly maxNumBatchedTokens: Tokens;
  readonly maxNumSeqs: number;
}

/** Defaults of `vllm serve`, under vLLM's names in camel case. */
export interface EngineDefaults {
  readonly gpuMemoryUtilization: number;
  readonly enableChunkedPrefill: boolean;
  readonly enablePrefixCaching: boolean;
  readonly asyncScheduling: boolean;
  readonly schedulerReserveFullIsl: boolean;
  readonly watermark: number;
  readonly longPrefillTokenThreshold: Tokens;
  readonly prefillScheduleInterval: number;
  readonly blockSize: Tokens;
  readonly prefixCacheRetentionInterval: number;
}

/** Which token counts are captured as CUDA graphs. */
export interface CudaGraphRule {
  readonly largest: Tokens;
  /** On GPUs of compute capability 10.x. */
  readonly largestOnCapability10: Tokens;
  /** The largest is at most this many times `max_num_seqs`. */
  readonly seqsFactor: number;
  /** Spacing of the sizes from 8 on. */
  readonly steps: readonly { readonly until: Tokens; readonly step: Tokens }[];
}

/** The scheduler's behaviour where versions differ; the same words as the engine's own configuration. */
export interface EngineProfileRules {
  readonly longPrefillThresholdWhenAlone: boolean;
  readonly ownVictim: 'end' | 'continue';
  readonly acceptedDraftsFindable: 'next-schedule' | 'output';
  readonly victimBeingWritten: 'preempt' | 'spare';
  readonly lorasCounted: 'scheduled' | 'running';
  readonly skippedWait: 'own-queue' | 'front';
}

/** Which kernels run beside or inside each other. */
export interface EngineKernels {
  /** Steps of at most so many tokens run shared experts on a stream of their own, beside the routed ones. */
  readonly sharedExpertsBesideUntil: Tokens;
  /** Whether the norm runs inside the all-reduce that it follows on compute capability 10.0 alone or on all of 10.x. */
  readonly fusedNormOnCapability: 'exactly' | 'family';
  /** What that saves. */
  readonly fusedNormSaves: Figure;
  /** … of messages up to so many bytes, by GPUs. */
  readonly fusedNormLargest: readonly { readonly gpus: number; readonly bytes: Bytes }[];
  /** Time of every kernel over what the tables and rooflines of its GPU say: other than 1 in a calibrated profile only. */
  readonly timeScale: Figure;
}

/** Bytes on each GPU besides weights and KV cache. */
export interface EngineMemory {
  /** CUDA context and libraries. */
  readonly nonTorch: Figure;
  /** Buffers of the collectives, with more than one GPU. */
  readonly communication: Figure;
  /** Peak of the sampler in the profile run, per sequence and vocabulary entry. */
  readonly samplerPerLogit: Figure;
  /** What the engine sets aside for CUDA graphs before it sizes the KV cache. */
  readonly cudaGraphs: Figure;
}

/** Seconds of the engine's own work. */
export interface EngineOverheadFigures {
  /** GPU idle and input copies, per step; per sequence of the batch; per layer (kernel tails and gaps). */
  readonly step: Figure;
  readonly perSequence: Figure;
  readonly perLayer: Figure;
  /** Masking logits for top-k and top-p sampling: fixed, and per sampled row and vocabulary entry. */
  readonly topKTopP: Figure;
  readonly topKTopPPerLogit: Figure;
  /** Scheduling and preparation of a pass on the CPU: fixed, per sequence, per layer outside CUDA graphs. */
  readonly cpuStep: Figure;
  readonly cpuPerSequence: Figure;
  readonly eagerPerLayer: Figure;
  /** HTTP and hand-over of a request, beside others; its tokenisation, one after the other, per input token. */
  readonly ingest: Figure;
  readonly ingestPerToken: Figure;
  /** From the end of a step to the token leaving the server. */
  readonly output: Figure;
}
