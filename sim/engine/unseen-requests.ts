import type { Sequence } from './sequence.ts';

/** Counts the requests that lie in the engine's input queue: they came after the last pass was composed. */
export class UnseenRequests {
  private joined = 0;
  private joinedBefore = 0;
  private gone = 0;

  get count(): number {
    return this.joined - this.joinedBefore - this.gone;
  }

  /** A request joins the waiting queue. */
  join(sequence: Sequence): void {
    sequence.joined = ++this.joined;
  }

  /** A pass is composed: it has seen all that joined so far. */
  see(): void {
    this.joinedBefore = this.joined;
    this.gone = 0;
  }

  /** A request is given up. */
  leave(sequence: Sequence): void {
    if (sequence.joined > this.joinedBefore) this.gone++;
  }
}
