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
  private readonly fullGroups: number;
  private readonly windowGroups: number;
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

  /** `windowGroups`: so many groups of layers take blocks, and give back those that leave their windows. */
  constructor(
    usable: Blocks,
    blockSize: number,
    windowGroups: number,
    historyTicks: Ticks,
    windowsOnly = false,
  ) {
    this.usable = usable;
    this.fullGroups = windowsOnly ? 0 : 1;
    this.windowGroups = windowGroups;
    this.blockSize = blockSize;
    this.historyTicks = historyTicks;
    this.ring = makeRing(this.capacity, blockSize, this.windowGroups > 0);
    this.record(0, 0, 0, 0);
  }

  /** What the page says from `time` on. */
  record(time: Ticks, running: number, waiting: number, used: Blocks): void {
    const at = this.nextEntry(time);
    const { ring } = this;
    ring.times[at] = time;
    ring.running[at] = running;
    ring.waiting[at] = waiting;
    ring.used[at] = used;
    ring.steps[at] = 0;
  }

  /**
   * What the page says from the end of a leap's first step on, if nobody cuts it before: `used` blocks there, and at the
   * end of each further step those that the pass before it has taken, too.
   */
  recordLeap(leap: Leap, running: number, waiting: number, used: Blocks): void {
    this.record(endOfStep(leap, 0), running, waiting, used);
    const { ring, blockSize } = this;
    const at = (this.written - 1) & (this.capacity - 1);
    ring.starts[at] = leap.start;
    ring.first[at] = leap.first;
    ring.second[at] = leap.second;
    ring.growth[at] = leap.growth;
    ring.steps[at] = leap.steps;
    const { slackCounts, releaseCounts } = leap;
    const base = at * blockSize;
    for (let slack = 0; slack < blockSize; slack++) ring.counts[base + slack] = slackCounts[slack] ?? 0;
    if (ring.releases === undefined) return;
    for (let passes = 0; passes < blockSize; passes++)
      ring.releases[base + passes] = releaseCounts[passes] ?? 0;
  }

  /** The page as it was just before `time`: the same whether what happens at that instant has been played or not. */
  at(time: Ticks, into: Gauges): void {
    const { ring, capacity } = this;
    const first = Math.max(0, this.written - capacity);
    let entry = this.written - 1;
    while (entry > first && (ring.times[entry & (capacity - 1)] ?? 0) >= time) entry--;
    const at = entry & (capacity - 1);
    into.running = ring.running[at] ?? 0;
    into.waiting = ring.waiting[at] ?? 0;
    const used = (ring.used[at] ?? 0) + this.leapBlocks(at, time);
    into.kvUsage = 1 - (this.usable - used) / this.usable;
  }

  /** Blocks that a leap has taken since the end of its first step: one more token a sequence at each step's end. */
  private leapBlocks(at: number, time: Ticks): Blocks {
    const { ring, blockSize, stretch } = this;
    stretch.steps = ring.steps[at] ?? 0;
    if (stretch.steps === 0) return 0;
    stretch.start = ring.starts[at] ?? 0;
    stretch.first = ring.first[at] ?? 0;
    stretch.second = ring.second[at] ?? 0;
    stretch.growth = ring.growth[at] ?? 0;
    const passes = firstStepEndingAt(stretch, time) - 1;
    const taken = blocksFor(ring.counts.subarray(at * blockSize, (at + 1) * blockSize), passes);
    if (ring.releases === undefined) return taken;
    const released = blocksFor(ring.releases.subarray(at * blockSize, (at + 1) * blockSize), passes);
    return this.fullGroups * taken + this.windowGroups * (taken - released);
  }

  private nextEntry(time: Ticks): number {
    const oldest = this.ring.times[this.written & (this.capacity - 1)] ?? 0;
    if (this.written >= this.capacity && oldest > time - this.historyTicks) this.grow();
    return this.written++ & (this.capacity - 1);
  }

  private grow(): void {
    const old = this.ring;
    const { capacity, blockSize } = this;
    this.capacity = 2 * capacity;
    this.ring = makeRing(this.capacity, blockSize, this.windowGroups > 0);
    for (let entry = this.written - capacity; entry < this.written; entry++) {
      const from = entry & (capacity - 1);
      const to = entry & (this.capacity - 1);
      for (const column of COLUMNS) this.ring[column][to] = old[column][from] ?? 0;
      for (const table of ['counts', 'releases'] as const) {
        const counts = old[table]?.subarray(from * blockSize, (from + 1) * blockSize);
        if (counts !== undefined) this.ring[table]?.set(counts, to * blockSize);
      }
    }
  }
}

const COLUMNS = [
  'times',
  'running',
  'waiting',
  'used',
  'starts',
  'first',
  'second',
  'growth',
  'steps',
] as const;

type Ring = ReturnType<typeof makeRing>;

function makeRing(capacity: number, blockSize: number, hasWindow: boolean) {
  return {
    times: new Float64Array(capacity),
    running: new Int32Array(capacity),
    waiting: new Int32Array(capacity),
    used: new Int32Array(capacity),
    starts: new Float64Array(capacity),
    first: new Float64Array(capacity),
    second: new Float64Array(capacity),
    growth: new Float64Array(capacity),
    steps: new Int32Array(capacity),
    counts: new Int32Array(capacity * blockSize),
    releases: hasWindow ? new Int32Array(capacity * blockSize) : undefined,
  };
}
