import type { Seconds } from '../../../base/units.ts';

interface Entry<Item> {
  readonly time: Seconds;
  /** Order of entry: decides among equal times. */
  readonly sequence: number;
  readonly item: Item;
}

/** Things that are due at known times, earliest first, in order of entry among equals (a binary heap). */
export class Pending<Item> {
  private readonly heap: Entry<Item>[] = [];
  private sequence = 0;

  get size(): number {
    return this.heap.length;
  }

  /** Time of the earliest; undefined when there is none. */
  peek(): Seconds | undefined {
    return this.heap[0]?.time;
  }

  push(time: Seconds, item: Item): void {
    const { heap } = this;
    const entry = { time, sequence: this.sequence++, item };
    let hole = heap.length;
    heap.push(entry);
    while (hole > 0) {
      const parent = (hole - 1) >>> 1;
      const above = heap[parent];
      if (above === undefined || !before(entry, above)) break;
      heap[hole] = above;
      hole = parent;
    }
    heap[hole] = entry;
  }

  pop(): Item | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first?.item;
    let hole = 0;
    for (;;) {
      const left = heap[2 * hole + 1];
      const right = heap[2 * hole + 2];
      if (left === undefined) break;
      const useRight = right !== undefined && before(right, left);
      const child = useRight ? right : left;
      if (!before(child, last)) break;
      heap[hole] = child;
      hole = 2 * hole + (useRight ? 2 : 1);
    }
    heap[hole] = last;
    return first.item;
  }
}

function before(a: Entry<unknown>, b: Entry<unknown>): boolean {
  return a.time < b.time || (a.time === b.time && a.sequence < b.sequence);
}
