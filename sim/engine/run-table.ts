/*
 * A map from run ids (whole numbers from 0 to 2^31 - 2) to objects, for entries that come and go by the million: a Map
 * leaves a table behind whenever it rehashes, and keeps alive with it what has long been deleted. Layout: open addressing
 * with linear probing in parallel arrays, id + 1 in `keys`, 0 = empty; a deletion moves later entries of its cluster up.
 */
export class RunTable<T> {
  private keys = new Int32Array(64);
  private values: (T | undefined)[] = Array.from<undefined>({ length: 64 });
  private count = 0;

  get size(): number {
    return this.count;
  }

  get(id: number): T | undefined {
    const { keys } = this;
    const mask = keys.length - 1;
    for (let slot = hash(id) & mask; ; slot = (slot + 1) & mask) {
      const key = keys[slot];
      if (key === id + 1) return this.values[slot];
      if (key === 0) return undefined;
    }
  }

  /** Enters an id that is not in the table. */
  add(id: number, value: T): void {
    if (2 * (this.count + 1) > this.keys.length) this.grow();
    this.place(id, value);
    this.count++;
  }

  /** Takes out an id that is in the table. */
  delete(id: number): void {
    const { keys, values } = this;
    const mask = keys.length - 1;
    let hole = hash(id) & mask;
    while (keys[hole] !== id + 1) hole = (hole + 1) & mask;
    for (let slot = (hole + 1) & mask; keys[slot] !== 0; slot = (slot + 1) & mask) {
      const key = keys[slot] ?? 0;
      const home = hash(key - 1) & mask;
      // An entry may move up unless its own place lies behind the hole.
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      keys[hole] = key;
      values[hole] = values[slot];
      hole = slot;
    }
    keys[hole] = 0;
    values[hole] = undefined;
    this.count--;
  }

  /** All entries' objects, in no particular order. */
  *[Symbol.iterator](): Generator<T> {
    for (const value of this.values) if (value !== undefined) yield value;
  }

  private place(id: number, value: T): void {
    const mask = this.keys.length - 1;
    let slot = hash(id) & mask;
    while (this.keys[slot] !== 0) slot = (slot + 1) & mask;
    this.keys[slot] = id + 1;
    this.values[slot] = value;
  }

  private grow(): void {
    const { keys, values } = this;
    this.keys = new Int32Array(2 * keys.length);
    this.values = Array.from<undefined>({ length: 2 * keys.length });
    for (let slot = 0; slot < keys.length; slot++) {
      const value = values[slot];
      if (value !== undefined) this.place((keys[slot] ?? 0) - 1, value);
    }
  }
}

/** Fibonacci hashing (Knuth, TAOCP 6.4): neighbouring ids end up far apart. The upper bits are the good ones. */
function hash(id: number): number {
  return Math.imul(id, 0x9e3779b1) >>> 12;
}
