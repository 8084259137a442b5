import type { Ticks } from '../../base/units.ts';

/*
 * Events that all take the same time to happen come out in the order in which they went in: a ring buffer does what a
 * heap would, without comparisons. Layout: parallel rings of times and payloads, capacity a power of two.
 */

/** A first-in-first-out line of payloads with non-decreasing due times. */
export class DelayLine<E> {
  private times = new Float64Array(64);
  private payloads: (E | undefined)[] = Array.from({ length: 64 });
  private head = 0;
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** Due time of the first payload; Infinity when the line is empty. */
  peekTime(): Ticks {
    return this.count === 0 ? Infinity : (this.times[this.head] ?? Infinity);
  }

  /** `time` is not earlier than that of any payload already in the line. */
  push(time: Ticks, payload: E): void {
    if (this.count === this.times.length) this.grow();
    const tail = (this.head + this.count) & (this.times.length - 1);
    this.times[tail] = time;
    this.payloads[tail] = payload;
    this.count++;
  }

  shift(): E | undefined {
    if (this.count === 0) return undefined;
    const payload = this.payloads[this.head];
    this.payloads[this.head] = undefined;
    this.head = (this.head + 1) & (this.times.length - 1);
    this.count--;
    return payload;
  }

  /** Shows every payload that is on its way, in order. */
  each(see: (payload: E) => void): void {
    for (let index = 0; index < this.count; index++) {
      const payload = this.payloads[(this.head + index) & (this.times.length - 1)];
      if (payload !== undefined) see(payload);
    }
  }

  private grow(): void {
    const { length } = this.times;
    const times = new Float64Array(2 * length);
    const payloads: (E | undefined)[] = Array.from({ length: 2 * length });
    for (let index = 0; index < this.count; index++) {
      const from = (this.head + index) & (length - 1);
      times[index] = this.times[from] ?? 0;
      payloads[index] = this.payloads[from];
    }
    this.times = times;
    this.payloads = payloads;
    this.head = 0;
  }
}
