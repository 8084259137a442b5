import type { Ticks } from '../../base/units.ts';
import { pieceAt, type PiecewiseLine } from './piecewise-line.ts';
import type { BatchSize, StepCost } from './step-cost.ts';
import type { StepGrowth, StepShape, StepTimer } from './step-time-model.ts';

/**
 * Turns seconds into ticks such that steps of decode rows alone grow by exactly the same number of ticks: a leap of K
 * steps then ends at the very tick at which K single steps end. For a piece of slope b, at x = start + r + n * d with
 * r < d (d = tokens per step), the time is round(value + b r) + n * round(b d). A step with chunks is computed in
 * float64 and rounded once.
 */
export class CostTimer implements StepTimer {
  private readonly cost: StepCost;
  private readonly ticksPerSecond: number;
  private readonly batch: BatchSize = { tokens: 0, rows: 0, sampledRows: 0, adapters: 0, uniform: true };
  private readonly lines = new Map<number, Lines>();

  constructor(cost: StepCost, ticksPerSecond: number) {
    this.cost = cost;
    this.ticksPerSecond = ticksPerSecond;
  }

  step(shape: StepShape): Ticks {
    const size = this.sizeOf(shape);
    const cpu = this.cpuTicks(size);
    const gpu = shape.chunks === 0 ? this.decodeTicks(shape, size) : this.mixedTicks(shape, size);
    return this.cost.asyncScheduling ? Math.max(gpu, cpu) : Math.max(1, gpu + cpu);
  }

  growth(shape: StepShape, into: StepGrowth): void {
    into.growth = 0;
    into.steps = Infinity;
    const { rows, lines } = this.linesOf(shape);
    if (rows === 0) return;
    this.grow(lines.full, this.fetched(shape), shape.decodeTokens, into);
    if (lines.window !== undefined && shape.windowGrowingRows > 0) {
      this.grow(lines.window, shape.windowContext, windowStep(shape), into);
      into.steps = Math.min(into.steps, Math.max(1, shape.windowStepsToFull));
    }
    if (!this.cost.asyncScheduling) return;
    const size = this.sizeOf(shape);
    const slack = this.cpuTicks(size) - this.decodeTicks(shape, size);
    if (slack <= 0) return;
    // The CPU takes longer: the step stays as long as the CPU until the GPU has grown to that.
    if (into.growth > 0) into.steps = Math.min(into.steps, Math.floor(slack / into.growth) + 1);
    into.growth = 0;
  }

  private sizeOf(shape: StepShape): BatchSize {
    const { batch } = this;
    batch.tokens = shape.decodeTokens;
    for (let chunk = 0; chunk < shape.chunks; chunk++) batch.tokens += shape.chunkTokens[chunk] ?? 0;
    batch.rows = shape.decodeRows + shape.chunks;
    batch.sampledRows = shape.sampledRows;
    batch.adapters = shape.adapters;
    batch.uniform = shape.chunks === 0;
    return batch;
  }

  private cpuTicks(batch: BatchSize): Ticks {
    return Math.max(1, Math.round(this.cost.cpu(batch) * this.ticksPerSecond));
  }

  private decodeTicks(shape: StepShape, size: BatchSize): Ticks {
    const { rows, lines } = this.linesOf(shape);
    const constant = this.cost.tokens(size) + this.cost.skew(rows, contextVariance(shape));
    let ticks = Math.round(constant * this.ticksPerSecond);
    if (rows > 0) ticks += this.lineTicks(lines.full, Math.max(0, this.fetched(shape)), shape.decodeTokens);
    if (lines.window !== undefined)
      ticks += this.lineTicks(lines.window, shape.windowContext, windowStep(shape));
    return ticks;
  }

  private mixedTicks(shape: StepShape, size: BatchSize): Ticks {
    const seconds = this.cost.tokens(size) + this.cost.mixedAttention(shape, contextVariance(shape));
    return Math.round(seconds * this.ticksPerSecond);
  }

  /** Tokens of context that decode attention fetches from memory; negative where rows that have none share the most. */
  private fetched({ decodeContext, sharedContext }: StepShape): number {
    return sharedContext === 0 ? decodeContext : decodeContext - this.cost.readFromCache(sharedContext);
  }

  private lineTicks(line: PiecewiseLine, x: number, step: number): Ticks {
    const piece = pieceAt(line, x);
    const value = line.values[piece] ?? 0;
    const slope = line.slopes[piece] ?? 0;
    const offset = x - (line.starts[piece] ?? 0);
    const whole = step > 0 ? Math.floor(offset / step) : 0;
    const rest = offset - whole * step;
    return (
      Math.round((value + slope * rest) * this.ticksPerSecond) +
      whole * Math.round(slope * step * this.ticksPerSecond)
    );
  }

  private grow(line: PiecewiseLine, x: number, step: number, into: StepGrowth): void {
    if (x < 0) {
      into.steps = Math.min(into.steps, Math.ceil(-x / step));
      return;
    }
    const piece = pieceAt(line, x);
    into.growth += Math.round((line.slopes[piece] ?? 0) * step * this.ticksPerSecond);
    const end = line.starts[piece + 1];
    if (end !== undefined && step > 0) into.steps = Math.min(into.steps, Math.ceil((end - x) / step));
  }

  private linesOf(shape: StepShape): Lines {
    const rows = shape.decodeRows;
    let found = this.lines.get(rows);
    if (found === undefined) {
      found = {
        rows,
        lines: { full: this.cost.decodeAttention(rows), window: this.cost.windowAttention(rows) },
      };
      this.lines.set(rows, found);
    }
    return found;
  }
}

interface Lines {
  readonly rows: number;
  readonly lines: { readonly full: PiecewiseLine; readonly window: PiecewiseLine | undefined };
}

/** Tokens by which the sum of the windows' contents grows in a step. */
function windowStep(shape: StepShape): number {
  return shape.decodeRows === 0 ? 0 : shape.windowGrowingRows * (shape.decodeTokens / shape.decodeRows);
}

/**
 * Variance of the contexts of the decode rows, in square tokens. About the whole mean m the sum of squares is
 * Q - 2 m S + B m^2: all whole numbers below 2^53, and unchanged when every row gains the same number of tokens.
 */
export function contextVariance(shape: StepShape): number {
  const { decodeRows, decodeContext, decodeContextSquares } = shape;
  if (decodeRows < 2) return 0;
  const mean = Math.floor(decodeContext / decodeRows);
  const rest = decodeContext - mean * decodeRows;
  const about = decodeContextSquares - 2 * mean * decodeContext + decodeRows * mean * mean;
  const offset = rest / decodeRows;
  return Math.max(0, about / decodeRows - offset * offset);
}
