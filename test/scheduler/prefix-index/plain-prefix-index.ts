import type { Span } from '../../../base/prompt.ts';

/**
 * The approximate prefix index as the picker has it: one hash per block, chained over the tokens, a set of endpoints per
 * hash, an LRU per endpoint. Slow and plain: the judge of the one that works on runs.
 */
export class PlainPrefixIndex {
  private readonly holders = new Map<string, Set<number>>();
  private readonly lrus = new Map<number, { capacity: number; hashes: Set<string> }>();

  hashes(spans: readonly Span[], scope: string, blockTokens: number, maxBlocks: number): string[] {
    const tokens = spans.flatMap(({ content, start, tokens: count }) =>
      Array.from({ length: count }, (_, i) => `${content}:${start + i}`),
    );
    const hashes: string[] = [];
    let parent = scope;
    for (let from = 0; from < tokens.length && hashes.length < maxBlocks; from += blockTokens) {
      parent = `${parent}|${tokens.slice(from, from + blockTokens).join(',')}`;
      hashes.push(parent);
    }
    return hashes;
  }

  match(hashes: readonly string[]): Map<number, number> {
    const counts = new Map<number, number>();
    for (const hash of hashes) {
      const holders = this.holders.get(hash);
      if (holders === undefined) break;
      for (const endpoint of holders) counts.set(endpoint, (counts.get(endpoint) ?? 0) + 1);
    }
    return counts;
  }

  add(hashes: readonly string[], endpoint: number, capacity: number): void {
    if (hashes.length === 0) return;
    const lru = this.lrus.get(endpoint) ?? { capacity, hashes: new Set<string>() };
    this.lrus.set(endpoint, lru);
    for (const hash of hashes) {
      lru.hashes.delete(hash);
      lru.hashes.add(hash);
      const [oldest] = lru.hashes;
      if (lru.hashes.size > lru.capacity && oldest !== undefined) {
        lru.hashes.delete(oldest);
        this.letGo(oldest, endpoint);
      }
    }
    for (const hash of hashes) {
      const holders = this.holders.get(hash) ?? new Set();
      this.holders.set(hash, holders.add(endpoint));
    }
  }

  blocksOf(endpoint: number): number | undefined {
    return this.lrus.get(endpoint)?.hashes.size;
  }

  /** Unlike the picker's, also what is held beyond the capacity. */
  remove(endpoint: number): void {
    this.lrus.delete(endpoint);
    for (const hash of this.holders.keys()) this.letGo(hash, endpoint);
  }

  private letGo(hash: string, endpoint: number): void {
    const holders = this.holders.get(hash);
    holders?.delete(endpoint);
    if (holders?.size === 0) this.holders.delete(hash);
  }
}
