import type { Block, PlainBlockPool } from './plain-block-pool.ts';
import type { PlainConfig } from './plain-config.ts';
import { passesInFlight } from './plain-config.ts';

/** A group of layers that keeps one list of blocks per request (single_type_kv_cache_manager.py). */
export interface PlainGroup {
  /** Tokens at the start that the next token no longer attends to, when `computed` are computed. */
  skipped(computed: number): number;
  /** Most blocks that one request ever holds at a time. */
  readonly cap: number;
  /** The longest hit of at most `limit` blocks among the keys of a prompt. */
  hit(keys: readonly number[], limit: number): Block[];
  /** Which of a request's blocks from `start` to `end` may be entered in the prefix cache. */
  keeps(start: number, end: number, boundaries: readonly number[]): boolean[];
}

/** Layers that attend to everything: a hit is a row of blocks from the start. */
export function fullGroup(index: number, pool: PlainBlockPool): PlainGroup {
  return {
    skipped: () => 0,
    cap: Infinity,
    hit(keys, limit) {
      const hits: Block[] = [];
      for (const key of keys.slice(0, limit)) {
        const block = pool.find(groupKey(key, index));
        if (block === undefined) break;
        hits.push(block);
      }
      return hits;
    },
    keeps: (start, end) => Array.from({ length: end - start }, () => true),
  };
}

/**
 * Layers that attend to the last `window` tokens: blocks before them go back to the pool, and a hit needs only the blocks
 * of one window before its end.
 */
export function windowGroup(
  index: number,
  pool: PlainBlockPool,
  config: PlainConfig,
  window: number,
): PlainGroup {
  const { blockSize, maxModelLen, prefixCacheRetentionInterval: retention } = config;
  const inFlight = passesInFlight(config) * config.maxNumBatchedTokens;
  const need = Math.ceil((window - 1) / blockSize);
  const needForHit = config.ablation === 'window-hit' ? Infinity : need;
  return {
    skipped: (computed) => Math.max(0, computed - window + 1),
    // One block more, as the window may begin inside a block.
    cap:
      config.ablation === 'window-cap'
        ? Infinity
        : Math.ceil(Math.min(window - 1 + inFlight, maxModelLen) / blockSize) + 1,
    hit(keys, limit) {
      const hits: Block[] = Array.from({ length: limit }, () => pool.nullBlock);
      let inRow = 0;
      for (let block = limit - 1; block >= 0; block--) {
        const found = pool.find(groupKey(keys[block] ?? -1, index));
        if (found === undefined) {
          inRow = 0;
          continue;
        }
        hits[block] = found;
        inRow++;
        if (inRow >= needForHit) return hits.slice(0, block + inRow);
      }
      return hits.slice(0, inRow);
    },
    keeps(start, end, boundaries) {
      if (retention === undefined) return Array.from({ length: end - start }, () => need > 0);
      const perSegment = retention / blockSize;
      return Array.from({ length: end - start }, (_, offset) => {
        const block = start + offset;
        if (perSegment > 0 && block % perSegment >= perSegment - need) return true;
        return boundaries.some((boundary) => {
          const edge = Math.floor(boundary / blockSize);
          return block >= edge - need && block < edge;
        });
      });
    },
  };
}

/** Equal contents of two groups are different things: the pool finds them under different keys. */
export function groupKey(key: number, group: number): number {
  return GROUPS_AT_MOST * key + group;
}

/** The key of the contents that a group's key stands for. */
export function contentKey(key: number): number {
  return Math.floor(key / GROUPS_AT_MOST);
}

const GROUPS_AT_MOST = 8;
