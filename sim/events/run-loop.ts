import { InvariantError } from '../../base/invariant.ts';
import type { Ticks } from '../../base/units.ts';

/** A line of events of one kind. */
export interface EventLine {
  /** What its events are, for messages: 'arrival'. */
  readonly name: string;
  /** When its next event is due; Infinity when there is none. */
  nextTime(): Ticks;
  /** Lets the next event happen. May add events to any line, not before `now`. */
  fire(now: Ticks): void;
}

/**
 * Plays the events of all lines in the total order (time, priority, sequence) up to and including `limit()`, and returns
 * the instant of the last one and how many there were. A line's place in `lines` is its priority; within a line the line keeps the order.
 */
export function runLoop(
  lines: readonly EventLine[],
  limit: () => Ticks,
  afterEvent?: (line: string, now: Ticks) => void,
): { readonly last: Ticks; readonly events: number } {
  let now: Ticks = 0;
  let events = 0;
  for (;;) {
    let next: EventLine | undefined;
    let time: Ticks = Infinity;
    for (const line of lines) {
      const due = line.nextTime();
      if (due < time) {
        time = due;
        next = line;
      }
    }
    if (next === undefined || time > limit()) return { last: now, events };
    if (time < now) throw new InvariantError('the clock never goes back', { line: next.name, time, now });
    now = time;
    events++;
    next.fire(now);
    afterEvent?.(next.name, now);
  }
}
