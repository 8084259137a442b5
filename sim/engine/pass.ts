import type { Ticks, Tokens } from '../../base/units.ts';
import type { Sequence } from './sequence.ts';

/*
 * One scheduling pass: which sequences compute how many tokens. Layout: parallel arrays, `rows` entries in use, reused
 * from pass to pass.
 */
export class Pass {
  rows = 0;
  readonly sequences: Sequence[] = [];
  readonly tokens: Tokens[] = [];
  /** Whether the row ends in a sampled token: 0 for a chunk that is not the last of its prompt. */
  readonly samples: number[] = [];
  /** Tokens computed before the pass. */
  readonly computed: Tokens[] = [];
  totalTokens: Tokens = 0;
  /** Every running sequence gets its next token, and nothing else happens. */
  steady = false;
  duration: Ticks = 0;

  clear(): void {
    this.rows = 0;
    this.totalTokens = 0;
    this.steady = false;
    this.duration = 0;
  }

  add(sequence: Sequence, tokens: Tokens): void {
    const row = this.rows++;
    this.sequences[row] = sequence;
    this.tokens[row] = tokens;
    this.computed[row] = sequence.computed;
    this.samples[row] = 0;
    this.totalTokens += tokens;
  }

  /** Becomes the same pass `steps` steps later: each row has that many more tokens behind it. */
  advance(steps: number, growth: Ticks): void {
    this.duration += steps * growth;
    for (let row = 0; row < this.rows; row++) this.computed[row] = (this.computed[row] ?? 0) + steps;
  }

  /** Takes a row out again; later rows move up. */
  remove(sequence: Sequence): Tokens {
    const row = this.sequences.indexOf(sequence);
    if (row < 0 || row >= this.rows) return 0;
    const tokens = this.tokens[row] ?? 0;
    for (const column of [this.tokens, this.computed, this.samples]) column.splice(row, 1);
    this.sequences.splice(row, 1);
    this.rows--;
    this.totalTokens -= tokens;
    return tokens;
  }
}
