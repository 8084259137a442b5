import type { Ticks } from '../../base/units.ts';

/*
 * The next event of each of a fixed number of slots (replicas): a time may be changed at any moment, nothing is ever
 * removed. Layout: a winner tree. Leaves hold the slots' times, each inner node the slot of the earlier of its two
 * children (the lower slot among equals); changing a time replays the matches on one path to the root.
 */
export class SlotQueue {
  private readonly times: Float64Array;
  private readonly winners: Int32Array;
  private readonly leaves: number;

  constructor(slots: number) {
    let leaves = 1;
    while (leaves < slots) leaves *= 2;
    this.leaves = leaves;
    this.times = new Float64Array(leaves).fill(Infinity);
    this.winners = new Int32Array(2 * leaves);
    for (let slot = 0; slot < leaves; slot++) this.winners[leaves + slot] = slot;
    for (let node = leaves - 1; node >= 1; node--) this.winners[node] = this.winners[2 * node] ?? 0;
  }

  /** Slot whose event is next; the lowest one among equals. */
  first(): number {
    return this.winners[1] ?? 0;
  }

  /** Time of the next event; Infinity when no slot has one. */
  firstTime(): Ticks {
    return this.times[this.first()] ?? Infinity;
  }

  set(slot: number, time: Ticks): void {
    if (this.times[slot] === time) return;
    this.times[slot] = time;
    const { winners, times } = this;
    for (let node = (this.leaves + slot) >> 1; node >= 1; node >>= 1) {
      const left = winners[2 * node] ?? 0;
      const right = winners[2 * node + 1] ?? 0;
      winners[node] = (times[left] ?? Infinity) <= (times[right] ?? Infinity) ? left : right;
    }
  }
}
