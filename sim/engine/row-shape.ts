import type { Tokens } from '../../base/units.ts';
import type { StepShape } from '../latency/step-time-model.ts';
import type { SchedulingPass } from './scheduling-pass.ts';

/** The sums of a pass's rows that its time depends on. One object, filled anew for each pass. */
export class RowShape implements StepShape {
  decodeRows = 0;
  decodeTokens = 0;
  decodeContext = 0;
  decodeContextSquares = 0;
  windowContext = 0;
  windowGrowingRows = 0;
  windowStepsToFull = 0;
  chunks = 0;
  readonly chunkTokens: number[] = [];
  readonly chunkComputed: number[] = [];
  sampledRows = 0;
  adapters = 0;
  private readonly window: Tokens | undefined;

  constructor(window: Tokens | undefined) {
    this.window = window;
  }

  /** A row of one token that ends in a sampled one is a decode row, every other row a chunk. */
  fill(pass: SchedulingPass): void {
    let decodeRows = 0;
    let context = 0;
    let squares = 0;
    let chunks = 0;
    let sampled = 0;
    for (let row = 0; row < pass.rows; row++) {
      const computed = pass.computed[row] ?? 0;
      const tokens = pass.tokens[row] ?? 0;
      const samples = pass.samples[row] ?? 0;
      sampled += samples;
      if (tokens === 1 && samples === 1) {
        decodeRows++;
        context += computed;
        squares += computed * computed;
      } else {
        this.chunkTokens[chunks] = tokens;
        this.chunkComputed[chunks] = computed;
        chunks++;
      }
    }
    this.decodeRows = decodeRows;
    this.decodeTokens = decodeRows;
    this.decodeContext = context;
    this.decodeContextSquares = squares;
    this.chunks = chunks;
    this.sampledRows = sampled;
    if (this.window !== undefined) this.fillWindow(pass, this.window);
  }

  private fillWindow(pass: SchedulingPass, window: Tokens): void {
    this.windowContext = 0;
    this.windowGrowingRows = 0;
    this.windowStepsToFull = Infinity;
    for (let row = 0; row < pass.rows; row++) {
      if (pass.tokens[row] !== 1 || pass.samples[row] !== 1) continue;
      const computed = pass.computed[row] ?? 0;
      this.windowContext += Math.min(computed, window);
      if (computed >= window) continue;
      this.windowGrowingRows++;
      this.windowStepsToFull = Math.min(this.windowStepsToFull, window - computed);
    }
  }
}
