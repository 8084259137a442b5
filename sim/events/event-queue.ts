import type { Ticks } from '../../base/units.ts';

/*
 * Events that happen once, in the total order (time, priority, sequence): what was put in first among equals comes out
 * first. Layout: a binary heap over three parallel arrays of numbers and one of payloads; the root is the next event.
 * No object is made per event; a payload leaves the queue with its event.
 */

/** A queue of one-off events with payloads of type E. */
export class EventQueue<E> {
  private readonly times: number[] = [];
  private readonly priorities: number[] = [];
  private readonly sequences: number[] = [];
  private readonly payloads: E[] = [];
  private sequence = 0;

  get size(): number {
    return this.times.length;
  }

  /** Time of the next event; Infinity when there is none. */
  peekTime(): Ticks {
    return this.times[0] ?? Infinity;
  }

  /** Priority of the next event; Infinity when there is none. */
  peekPriority(): number {
    return this.priorities[0] ?? Infinity;
  }

  push(time: Ticks, priority: number, payload: E): void {
    let hole = this.times.length;
    const sequence = this.sequence++;
    this.times.push(time);
    this.priorities.push(priority);
    this.sequences.push(sequence);
    this.payloads.push(payload);
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!this.before(time, priority, sequence, parent)) break;
      this.move(parent, hole);
      hole = parent;
    }
    this.write(hole, time, priority, sequence, payload);
  }

  /** Removes and returns the next event's payload. */
  pop(): E | undefined {
    const first = this.payloads[0];
    const time = this.times.pop();
    const priority = this.priorities.pop();
    const sequence = this.sequences.pop();
    const payload = this.payloads.pop();
    const size = this.times.length;
    if (
      size === 0 ||
      time === undefined ||
      priority === undefined ||
      sequence === undefined ||
      payload === undefined
    ) {
      return first;
    }
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      if (child + 1 < size && this.precedes(child + 1, child)) child++;
      if (this.before(time, priority, sequence, child)) break;
      this.move(child, hole);
      hole = child;
    }
    this.write(hole, time, priority, sequence, payload);
    return first;
  }

  private before(time: number, priority: number, sequence: number, other: number): boolean {
    const otherTime = this.times[other] ?? 0;
    if (time !== otherTime) return time < otherTime;
    const otherPriority = this.priorities[other] ?? 0;
    if (priority !== otherPriority) return priority < otherPriority;
    return sequence < (this.sequences[other] ?? 0);
  }

  private precedes(a: number, b: number): boolean {
    return this.before(this.times[a] ?? 0, this.priorities[a] ?? 0, this.sequences[a] ?? 0, b);
  }

  private move(from: number, to: number): void {
    this.times[to] = this.times[from] ?? 0;
    this.priorities[to] = this.priorities[from] ?? 0;
    this.sequences[to] = this.sequences[from] ?? 0;
    const payload = this.payloads[from];
    if (payload !== undefined) this.payloads[to] = payload;
  }

  private write(at: number, time: number, priority: number, sequence: number, payload: E): void {
    this.times[at] = time;
    this.priorities[at] = priority;
    this.sequences[at] = sequence;
    this.payloads[at] = payload;
  }
}
