import type { Blocks, Ticks } from '../../base/units.ts';
import { blocksFor, endOfStep, firstStepEndingAt } from './leap.ts';
import type { Gauges } from './model-server.ts';

/*
 * What the metrics page said, and when: entries in order of time, each valid until the next. Nothing happens at a scrape;
 * a page of the past is looked up when somebody asks. An entry that begins a leap can be read at any of its steps.
 * Layout: a ring of parallel typed arrays, capacity a power of two that grows while entries younger than the history
 * would be overwritten; the block counts of leaps lie in one array, `blockSize` entries each.
 */
export class GaugeJournal {
  private readonly usable: Blocks;
  private readonly historyTicks: Ticks;
  private readonly blockSize: number;
  private capacity = 16;
  private ring: Ring;
  /** Entries ever written; entry n lies at n modulo capacity. */
  private written = 0;

  constructor(usable: Blocks, blockSize: number, historyTicks: Ticks) {
    this.usable = usable;
    this.blockSize = blockSize;
    this.historyTicks = historyTicks;
    this.ring = makeRing(this.capacity, blockSize);
    this.record(0, 0, 0, 0);
  }

  record(time: Ticks, running: number, waiting: number, used: Blocks): void {
    const oldest = this.ring.times[this.written & (this.capacity - 1)] ?? 0;
    if (this.written >= this.capacity && oldest > time - this.historyTicks) this.grow();
    const at = this.written & (this.capacity - 1);
    const { ring } = this;
    ring.times[at] = time;
    ring.running[at] = running;
    ring.waiting[at] = waiting;
    ring.used[at] = used;
    ring.steps[at] = 0;
    this.written++;
  }

  /** The last entry goes on as a leap: step k takes first + k * growth, and at its end more blocks are in use. */
  recordLeap(first: Ticks, growth: Ticks, steps: number, counts: Int32Array): void {
    const at = (this.written - 1) & (this.capacity - 1);
    const { ring } = this;
    ring.first[at] = first;
    ring.growth[at] = growth;
    ring.steps[at] = steps;
    ring.counts.set(counts, at * this.blockSize);
  }

  at(time: Ticks, into: Gauges): void {
    const { ring, capacity } = this;
    const first = Math.max(0, this.written - capacity);
    let entry = this.written - 1;
    while (entry > first && (ring.times[entry & (capacity - 1)] ?? 0) > time) entry--;
    const at = entry & (capacity - 1);
    into.running = ring.running[at] ?? 0;
    into.waiting = ring.waiting[at] ?? 0;
    into.kvUsage = ((ring.used[at] ?? 0) + this.leapBlocks(at, time)) / this.usable;
  }

  /** Blocks that the leap which begins with an entry has taken by `time`: one more token a sequence at each step's end. */
  private leapBlocks(at: number, time: Ticks): Blocks {
    const { ring, blockSize } = this;
    const steps = ring.steps[at] ?? 0;
    if (steps === 0) return 0;
    const start = ring.times[at] ?? 0;
    const first = ring.first[at] ?? 0;
    const growth = ring.growth[at] ?? 0;
    const step = firstStepEndingAt(start, first, growth, steps, time);
    const ended = endOfStep(start, first, growth, step) <= time ? step + 1 : step;
    const counts = ring.counts.subarray(at * blockSize, (at + 1) * blockSize);
    return blocksFor(counts, Math.min(ended, steps));
  }

  private grow(): void {
    const old = this.ring;
    const { capacity, blockSize } = this;
    this.capacity = 2 * capacity;
    this.ring = makeRing(this.capacity, blockSize);
    for (let entry = this.written - capacity; entry < this.written; entry++) {
      const from = entry & (capacity - 1);
      const to = entry & (this.capacity - 1);
      for (const column of COLUMNS) this.ring[column][to] = old[column][from] ?? 0;
      this.ring.counts.set(old.counts.subarray(from * blockSize, (from + 1) * blockSize), to * blockSize);
    }
  }
}

const COLUMNS = ['times', 'running', 'waiting', 'used', 'first', 'growth', 'steps'] as const;

type Ring = ReturnType<typeof makeRing>;

function makeRing(capacity: number, blockSize: number) {
  return {
    times: new Float64Array(capacity),
    running: new Int32Array(capacity),
    waiting: new Int32Array(capacity),
    used: new Int32Array(capacity),
    first: new Float64Array(capacity),
    growth: new Float64Array(capacity),
    steps: new Int32Array(capacity),
    counts: new Int32Array(capacity * blockSize),
  };
}
