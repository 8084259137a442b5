import type { Tokens } from '../../base/units.ts';
import type { StepShape } from '../latency/step-time-model.ts';

/** The sums of a pass's rows that its time depends on. One object per pass, filled anew when a pass is composed. */
export class RowShape implements StepShape {
  decodeRows = 0;
  decodeTokens = 0;
  decodeContext = 0;
  decodeContextSquares = 0;
  sharedContext = 0;
  windowContext = 0;
  windowGrowingRows = 0;
  windowStepsToFull = 0;
  chunks = 0;
  readonly chunkTokens: number[] = [];
  readonly chunkComputed: number[] = [];
  sampledRows = 0;
  adapters = 0;
  /** Window of the sliding-window layers in tokens; undefined for models without. */
  private readonly window: Tokens | undefined;

  constructor(window: Tokens | undefined) {
    this.window = window;
  }

  clear(): void {
    this.decodeRows = 0;
    this.decodeTokens = 0;
    this.decodeContext = 0;
    this.decodeContextSquares = 0;
    this.sharedContext = 0;
    this.windowContext = 0;
    this.windowGrowingRows = 0;
    this.windowStepsToFull = Infinity;
    this.chunks = 0;
    this.sampledRows = 0;
    this.adapters = 0;
  }

  /** A row of `tokens` tokens, `drafts` of them drafts, behind `computed` others; with or without a sampled token. */
  add(tokens: Tokens, drafts: Tokens, computed: Tokens, samples: boolean): void {
    if (samples && tokens === 1 + drafts) this.addDecode(tokens, computed);
    else this.addChunk(tokens, computed, samples);
  }

  /** `rows` decode rows of one token each at once: sums of their contexts, and of the squares. Without a window only. */
  addDecodes(rows: number, context: Tokens, squares: number): void {
    this.decodeRows += rows;
    this.sampledRows += rows;
    this.decodeTokens += rows;
    this.decodeContext += context;
    this.decodeContextSquares += squares;
  }

  /** A row that computes a sequence's next token, and `tokens` - 1 drafts, behind `computed` others. */
  addDecode(tokens: Tokens, computed: Tokens): void {
    this.decodeRows++;
    this.sampledRows += tokens;
    this.decodeTokens += tokens;
    this.decodeContext += computed;
    this.decodeContextSquares += computed * computed;
    const { window } = this;
    if (window === undefined) return;
    if (computed >= window) {
      this.windowContext += window;
      return;
    }
    this.windowContext += computed;
    this.windowGrowingRows++;
    const stepsToFull = Math.ceil((window - computed) / tokens);
    if (stepsToFull < this.windowStepsToFull) this.windowStepsToFull = stepsToFull;
  }

  /** A row that computes a part of a prompt. */
  addChunk(tokens: Tokens, computed: Tokens, samples: boolean): void {
    this.chunkTokens[this.chunks] = tokens;
    this.chunkComputed[this.chunks] = computed;
    this.chunks++;
    if (samples) this.sampledRows++;
  }

  /** Becomes the shape `steps` steps later, where every row is a decode row of one token and no window fills before. */
  advance(steps: number): void {
    const { decodeRows, decodeContext } = this;
    this.decodeContextSquares += steps * (2 * decodeContext + steps * decodeRows);
    this.decodeContext += steps * decodeRows;
    this.windowContext += steps * this.windowGrowingRows;
    this.windowStepsToFull -= steps;
  }
}
