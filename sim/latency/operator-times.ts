import type { Bytes, Seconds, Tokens } from '../../base/units.ts';
import type { LatentAttention, WeightFormat } from '../../hardware-profiles/model-profile.ts';
import type { PiecewiseLine } from './piecewise-line.ts';

/** Seconds of one operator on one GPU. Sizes are those of the GPU's own share. */
export interface OperatorTimes {
  /** (m x k) times (k x n), weights in `format`, activations in BF16. */
  gemm(format: WeightFormat, m: Tokens, n: number, k: number): Seconds;
  /** All routed experts of one layer for `tokens` tokens, router excluded. */
  experts(shape: ExpertShape, tokens: Tokens): Seconds;
  /** Sum of `bytes` over the GPUs of the group, result on each. */
  allReduce(bytes: Bytes, gpus: number, inGraph: boolean): Seconds;
  /** One layer, `rows` sequences of one new token each, by the sum of their contexts. */
  decodeAttention(shape: AttentionShape, rows: number): PiecewiseLine;
  /**
   * One layer, one prompt, causal, without the kernel's start, as a function of its tokens: a chunk of c tokens behind p
   * computed ones takes the time of p + c less that of p.
   */
  promptAttention(shape: AttentionShape): PromptTime;
  /** Start of an attention kernel that holds chunks. */
  promptLatency(shape: AttentionShape): Seconds;
  /** As decodeAttention, for latent attention with its projections. */
  latentDecode(shape: LatentShape, rows: number): PiecewiseLine;
  /** As promptAttention, for latent attention with its projections. */
  latentPrompt(shape: LatentShape): PromptTime;
  /** Kernels that stream `bytes` in all, each of them `workingSet` at a time: what the L2 cache holds passes faster. */
  elementwise(bytes: Bytes, workingSet: Bytes): Seconds;
}

export type PromptTime = (tokens: Tokens) => Seconds;

/** Attention of one layer on one GPU. */
export interface AttentionShape {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly kvDtype: 'bf16' | 'fp8';
}

/** Latent attention of one layer on one GPU; `heads` are the GPU's own. */
export interface LatentShape {
  readonly attention: LatentAttention;
  readonly heads: number;
  readonly hiddenSize: number;
  readonly format: WeightFormat;
  readonly kvDtype: 'bf16' | 'fp8';
}

/** Routed experts of one layer. */
export interface ExpertShape {
  readonly format: WeightFormat;
  readonly hiddenSize: number;
  readonly width: number;
  readonly experts: number;
  readonly topK: number;
  /** GPUs that share the layer: each expert is cut into so many parts … */
  readonly tensorParallelSize: number;
  /** … or the experts are spread whole over so many. */
  readonly expertParallelSize: number;
}
