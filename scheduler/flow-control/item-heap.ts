/*
 * Memory: one array, a binary heap by the ordering and then by arrival.
 */

/** Items with one on top: the one that goes before all others; of equals the one that came first. */
export class ItemHeap<T> {
  private readonly entries: { readonly item: T; readonly arrival: number }[] = [];
  private readonly before: (a: T, b: T) => boolean;
  private arrivals = 0;

  constructor(before: (a: T, b: T) => boolean) {
    this.before = before;
  }

  get length(): number {
    return this.entries.length;
  }

  top(): T | undefined {
    return this.entries[0]?.item;
  }

  add(item: T): void {
    this.entries.push({ item, arrival: this.arrivals++ });
    this.rise(this.entries.length - 1);
  }

  /** Removes and returns the item on top. */
  take(): T | undefined {
    const [first] = this.entries;
    const last = this.entries.pop();
    if (first === undefined || last === undefined || first === last) return first?.item;
    this.entries[0] = last;
    this.sink(0);
    return first.item;
  }

  /** Keeps the items that `keep` says; the order is unchanged. Returns how many went. */
  filter(keep: (item: T) => boolean): number {
    const kept = this.entries.filter(({ item }) => keep(item));
    const gone = this.entries.length - kept.length;
    if (gone === 0) return 0;
    this.entries.length = 0;
    this.entries.push(...kept);
    for (let i = (kept.length >> 1) - 1; i >= 0; i--) this.sink(i);
    return gone;
  }

  private precedes(i: number, j: number): boolean {
    const a = this.entries[i];
    const b = this.entries[j];
    if (a === undefined || b === undefined) return false;
    if (this.before(a.item, b.item)) return true;
    return !this.before(b.item, a.item) && a.arrival < b.arrival;
  }

  private swap(i: number, j: number): void {
    const a = this.entries[i];
    const b = this.entries[j];
    if (a === undefined || b === undefined) return;
    this.entries[i] = b;
    this.entries[j] = a;
  }

  private rise(from: number): void {
    let i = from;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.precedes(i, parent)) return;
      this.swap(i, parent);
      i = parent;
    }
  }

  private sink(from: number): void {
    let i = from;
    for (;;) {
      let first = i;
      for (const child of [2 * i + 1, 2 * i + 2]) if (this.precedes(child, first)) first = child;
      if (first === i) return;
      this.swap(i, first);
      i = first;
    }
  }
}
