import type { Blocks, Ticks } from '../../base/units.ts';
import { blocksFor, endOfStep, firstStepEndingAt } from './leap.ts';
import type { Gauges } from './model-server.ts';

/*
 * What the metrics page said, and when: a ring of entries in order of time, each valid until the next. An entry that
 * began a leap can be read at any of its steps. Layout: parallel rings of numbers, and per entry the leap's block counts.
 */
interface Entry {
  readonly time: Ticks;
  readonly running: number;
  readonly waiting: number;
  readonly used: Blocks;
  leap: { first: Ticks; growth: Ticks; steps: number; counts: Int32Array } | undefined;
}

export class GaugeJournal {
  private readonly usable: Blocks;
  private readonly historyTicks: Ticks;
  private entries: Entry[] = [];
  private head = 0;

  constructor(usable: Blocks, historyTicks: Ticks) {
    this.usable = usable;
    this.historyTicks = historyTicks;
  }

  record(time: Ticks, running: number, waiting: number, used: Blocks): void {
    this.entries.push({ time, running, waiting, used, leap: undefined });
    this.prune(time);
  }

  /** The last entry goes on as a leap: step k ends as given, and from its end on more blocks are in use. */
  recordLeap(first: Ticks, growth: Ticks, steps: number, counts: Int32Array): void {
    const last = this.entries[this.entries.length - 1];
    if (last !== undefined) last.leap = { first, growth, steps, counts: counts.slice() };
  }

  at(time: Ticks, into: Gauges): void {
    let position = this.entries.length - 1;
    while (position > this.head && (this.entries[position]?.time ?? 0) > time) position--;
    const entry = this.entries[position];
    if (entry === undefined || entry.time > time) {
      into.running = 0;
      into.waiting = 0;
      into.kvUsage = 0;
      return;
    }
    into.running = entry.running;
    into.waiting = entry.waiting;
    into.kvUsage = (entry.used + leapBlocks(entry, time)) / this.usable;
  }

  private prune(now: Ticks): void {
    const oldest = now - this.historyTicks;
    while (this.head + 1 < this.entries.length && (this.entries[this.head + 1]?.time ?? now) <= oldest)
      this.head++;
    if (this.head > 64 && this.head * 2 > this.entries.length) {
      this.entries.splice(0, this.head);
      this.head = 0;
    }
  }
}

/** Blocks that the leap which begins with an entry has taken by `time`: one more token a sequence at each step's end. */
function leapBlocks({ time: start, leap }: Entry, time: Ticks): Blocks {
  if (leap === undefined) return 0;
  const { first, growth, steps, counts } = leap;
  const step = firstStepEndingAt(start, first, growth, steps, time);
  const ended = endOfStep(start, first, growth, step) <= time ? step + 1 : step;
  return blocksFor(counts, Math.min(ended, steps));
}
