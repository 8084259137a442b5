import type { Ticks, Tokens } from '../../base/units.ts';

/**
 * What one engine step computes, as sums. One object is reused for every step of a replica: read it at once.
 * A row is a sequence's part of a step. A decode row computes a sequence's next token (and its drafts); a chunk is a
 * piece of a prompt. A row that asynchronous scheduling wasted on a sequence that had ended counts as a decode row.
 */
export interface StepShape {
  decodeRows: number;
  /** Tokens of the decode rows: one a row, more with speculative decoding. */
  decodeTokens: number;
  /** Sum over decode rows of the tokens computed before this step. */
  decodeContext: number;
  /** Sum of the squares of the same: how unequal the contexts are. */
  decodeContextSquares: number;
  /**
   * Tokens in blocks that several sequences hold, each counted once for every holder but one: what decode rows read again.
   * 0 for models with sliding windows, whose groups of layers share blocks differently.
   */
  sharedContext: number;
  /** Sum over decode rows of min(tokens computed before, sliding window); 0 for models without a window. */
  windowContext: number;
  /** Decode rows whose window is not full yet, and steps until the first of them fills it. */
  windowGrowingRows: number;
  windowStepsToFull: number;
  chunks: number;
  /** Per chunk, `chunks` entries: tokens in this step; tokens of its sequence computed before it. */
  readonly chunkTokens: number[];
  readonly chunkComputed: number[];
  /** Rows of logits: one for each sampled token, and one for each draft that is verified. */
  sampledRows: number;
  /** Distinct LoRA adapters among the rows. */
  adapters: number;
}

/** The time of engine steps on the run's clock. */
export interface StepTimer {
  /** Time of a step; equal shapes take equal time, whatever came before. At least one tick. */
  step(shape: StepShape): Ticks;
  /**
   * How the time of a step of decode rows alone grows while each row gains its tokens: for 0 <= k < steps,
   * step(shape after k such steps) = step(shape) + k * growth, exactly. Writes into `into`, allocates nothing.
   */
  growth(shape: StepShape, into: StepGrowth): void;
}

export interface StepGrowth {
  /** Ticks by which each step is longer than the one before it. */
  growth: number;
  /** Steps for which that holds; a knot of a table, a filled window or a graph bucket ends it. */
  steps: number;
}

/** The largest batch, and the longest context and prompt in tokens; Infinity where nothing is beyond. */
export interface MeasuredReach {
  batch: number;
  context: Tokens;
  prompt: Tokens;
}

/** How long one engine step takes, from hardware profile x model profile x engine profile. */
export interface StepTimeModel {
  timer(ticksPerSecond: number): StepTimer;
  /** Window of the sliding-window layers in tokens, if the model has such layers. */
  readonly slidingWindow?: number;
  /** The largest that the attention kernels behind it were measured with; absent where none was measured. */
  readonly reach?: MeasuredReach;
}
