import type { Seconds, Tokens } from '../../base/units.ts';
import type { PiecewiseLine } from './piecewise-line.ts';
import type { StepShape } from './step-time-model.ts';

/** Seconds of the parts of a step. Pure: equal arguments give equal times. The parts add up. */
export interface StepCost {
  /** What depends on numbers of tokens and rows only: matrices, collectives, elementwise kernels, constants. */
  tokens(batch: BatchSize): Seconds;
  /** Attention of `rows` decode rows over the layers that see everything, by the sum of their contexts. */
  decodeAttention(rows: number): PiecewiseLine;
  /** The same over the sliding-window layers, by the sum of what their windows hold; undefined without such layers. */
  windowAttention(rows: number): PiecewiseLine | undefined;
  /** Of so many tokens that decode rows read again, those that come from the L2 cache: whole tokens, linear but for rounding. */
  readFromCache(sharedContext: Tokens): Tokens;
  /** What unequal contexts cost on top of `decodeAttention`: `variance` of the contexts, in square tokens. */
  skew(rows: number, variance: number): Seconds;
  /** Attention of a step that holds chunks, decode rows included, all layers; `variance` as in `skew`. */
  mixedAttention(batch: MixedBatch, variance: number): Seconds;
  /** Work of the CPU for the step. */
  cpu(batch: BatchSize): Seconds;
  /** Whether the CPU prepares a step while the GPU runs the one before: the step then takes the longer of both. */
  readonly asyncScheduling: boolean;
}

/** The part of a step's shape that does not grow from step to step. */
export interface BatchSize {
  tokens: Tokens;
  /** Decode rows and chunks. */
  rows: number;
  sampledRows: number;
  /** Distinct LoRA adapters among the rows. */
  adapters: number;
  /** Only decode rows of one token each: the whole step is one CUDA graph. */
  uniform: boolean;
}

/** What attention sees of a step with chunks. */
export type MixedBatch = Readonly<
  Pick<
    StepShape,
    | 'decodeRows'
    | 'decodeContext'
    | 'sharedContext'
    | 'windowContext'
    | 'chunks'
    | 'chunkTokens'
    | 'chunkComputed'
  >
>;
