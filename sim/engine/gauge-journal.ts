import type { Blocks, Ticks } from '../../base/units.ts';
import { blocksFor, type Leap } from './leap.ts';
import type { Gauges } from './model-server.ts';
import { endOfStep, firstStepEndingAt, type Stretch } from './stretch.ts';

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
  private readonly stretch: { -readonly [Field in keyof Stretch]: Stretch[Field] } = {
    start: 0,
    first: 0,
    second: 0,
    growth: 0,
    steps: 0,
  };
  /** Entries ever written; entry n lies at n modulo capacity. */
  private written = 0;

  constructor(usable: Blocks, blockSize: number, historyTicks: Ticks) {
    this.usable = usable;
    this.blockSize = blockSize;
    this.historyTicks = historyTicks;
    this.ring = makeRing(this.capacity, blockSize);
    this.record(0, 0, 0, 0, undefined);
  }

  /** What the page says from `time` on; with a leap that begins there its blocks in use grow with each step's end. */
  record(time: Ticks, running: number, waiting: number, used: Blocks, leap: Leap | undefined): void {
    const oldest = this.ring.times[this.written & (this.capacity - 1)] ?? 0;
    if (this.written >= this.capacity && oldest > time - this.historyTicks) this.grow();
    const at = this.written & (this.capacity - 1);
    const { ring } = this;
    ring.times[at] = time;
    ring.running[at] = running;
    ring.waiting[at] = waiting;
    ring.used[at] = used;
    ring.steps[at] = leap === undefined ? 0 : leap.steps;
    if (leap !== undefined && leap.steps > 0) {
      ring.first[at] = leap.first;
      ring.second[at] = leap.second;
      ring.growth[at] = leap.growth;
      const { slackCounts } = leap;
      const base = at * this.blockSize;
      for (let slack = 0; slack < slackCounts.length; slack++)
        ring.counts[base + slack] = slackCounts[slack] ?? 0;
    }
    this.written++;
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
    const { ring, blockSize, stretch } = this;
    stretch.steps = ring.steps[at] ?? 0;
    if (stretch.steps === 0) return 0;
    stretch.start = ring.times[at] ?? 0;
    stretch.first = ring.first[at] ?? 0;
    stretch.second = ring.second[at] ?? 0;
    stretch.growth = ring.growth[at] ?? 0;
    const step = firstStepEndingAt(stretch, time);
    const ended = endOfStep(stretch, step) <= time ? step + 1 : step;
    const counts = ring.counts.subarray(at * blockSize, (at + 1) * blockSize);
    return blocksFor(counts, Math.min(ended, stretch.steps));
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

const COLUMNS = ['times', 'running', 'waiting', 'used', 'first', 'second', 'growth', 'steps'] as const;

type Ring = ReturnType<typeof makeRing>;

function makeRing(capacity: number, blockSize: number) {
  return {
    times: new Float64Array(capacity),
    running: new Int32Array(capacity),
    waiting: new Int32Array(capacity),
    used: new Int32Array(capacity),
    first: new Float64Array(capacity),
    second: new Float64Array(capacity),
    growth: new Float64Array(capacity),
    steps: new Int32Array(capacity),
    counts: new Int32Array(capacity * blockSize),
  };
}
