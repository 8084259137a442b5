/** A set of strings that forgets the least recently added beyond its capacity. */
export class LruSet {
  private readonly capacity: number;
  private readonly entries = new Map<string, Entry>();
  private oldest: Entry | undefined;
  private newest: Entry | undefined;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get size(): number {
    return this.entries.size;
  }

  has(key: string): boolean {
    return this.entries.has(key);
  }

  /** Adds a key, or makes it the newest. */
  add(key: string): void {
    const known = this.entries.get(key);
    if (known !== undefined) this.unlink(known);
    const entry = known ?? { key, older: undefined, newer: undefined };
    this.entries.set(key, entry);
    entry.older = this.newest;
    entry.newer = undefined;
    if (this.newest === undefined) this.oldest = entry;
    else this.newest.newer = entry;
    this.newest = entry;
    if (this.entries.size > this.capacity && this.oldest !== undefined) {
      this.entries.delete(this.oldest.key);
      this.unlink(this.oldest);
    }
  }

  private unlink(entry: Entry): void {
    if (entry.older === undefined) this.oldest = entry.newer;
    else entry.older.newer = entry.newer;
    if (entry.newer === undefined) this.newest = entry.older;
    else entry.newer.older = entry.older;
  }
}

interface Entry {
  readonly key: string;
  older: Entry | undefined;
  newer: Entry | undefined;
}
