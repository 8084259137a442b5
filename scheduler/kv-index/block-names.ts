import type { KeyRun } from '../../base/prompt.ts';
import type { Blocks } from '../../base/units.ts';
import { IntervalMap } from './interval-map.ts';

/*
 * Memory: intervals of names. Where names and keys go along one by one, an interval holds their difference (0 in the
 * simulator, whose engines name blocks by their keys); else it points to the event's list of keys.
 */

/** What is known of an interval of names. */
type Meaning = number | ListMeaning;

/** Name n is block n + shift of an event of `blocks` engine blocks, which were cut into `keyCount` keys. */
interface ListMeaning {
  readonly event: { readonly keys: readonly KeyRun[]; readonly keyCount: Blocks; readonly blocks: Blocks };
  readonly shift: number;
}

/**
 * The router's keys of the blocks that engines speak of. An event's blocks and keys are matched by proportion: one to
 * one, several blocks to a key, or several keys to a block.
 * Source: engineToRequestMapping in pkg/kvcache/kvblock/index.go of llm-d-router.
 */
export class BlockNames {
  private readonly meanings: IntervalMap<Meaning>;

  constructor(maxNames: number) {
    this.meanings = new IntervalMap<Meaning>(sameMeaning, maxNames);
  }

  get size(): number {
    return this.meanings.size;
  }

  /** The blocks of one event have these keys, both in order. What was known of a name before is forgotten. */
  learn(blocks: readonly KeyRun[], keys: readonly KeyRun[]): void {
    const count = countOf(blocks);
    const keyCount = countOf(keys);
    if (count === keyCount) {
      this.learnPairs(blocks, keys);
      return;
    }
    const event = { keys, keyCount, blocks: count };
    let passed = 0;
    for (const run of blocks) {
      const meaning = { event, shift: passed - run.firstKey };
      this.meanings.update(run, () => meaning);
      passed += run.count;
    }
  }

  /** The key of a block (the last of several); undefined = an unknown name. */
  lastKey(name: number): number | undefined {
    const meaning = this.meanings.get(name);
    if (meaning === undefined) return undefined;
    if (typeof meaning === 'number') return name + meaning;
    const { event, shift } = meaning;
    return keyAt(event.keys, keysOfBlock(event, name + shift).to - 1);
  }

  /** The last key of every known block, each key once for neighbours that share it. */
  lastKeys(blocks: readonly KeyRun[]): readonly KeyRun[] {
    const keys: KeyRun[] = [];
    for (const run of blocks) {
      this.meanings.visit(run, (meaning, count, first) => {
        if (typeof meaning === 'number') keys.push({ firstKey: first + meaning, count });
        else if (meaning !== undefined) {
          for (let name = first; name < first + count; name++) {
            const key = this.lastKey(name);
            if (key !== undefined && keys.at(-1)?.firstKey !== key) keys.push({ firstKey: key, count: 1 });
          }
        }
        return true;
      });
    }
    return keys;
  }

  /**
   * Tells the keys of the known blocks of a run, `keys` of `names` at a time, one to one or all keys of one name. The
   * names may be forgotten meanwhile.
   */
  eachKnown(run: KeyRun, tell: (names: KeyRun, keys: readonly KeyRun[]) => void): void {
    const found: { readonly meaning: Meaning; readonly names: KeyRun }[] = [];
    this.meanings.visit(run, (meaning, count, firstKey) => {
      if (meaning !== undefined) found.push({ meaning, names: { firstKey, count } });
      return true;
    });
    for (const { meaning, names } of found) {
      if (typeof meaning === 'number') {
        tell(names, [{ firstKey: names.firstKey + meaning, count: names.count }]);
        continue;
      }
      for (let name = names.firstKey; name < names.firstKey + names.count; name++) {
        const { from, to } = keysOfBlock(meaning.event, name + meaning.shift);
        const keys: KeyRun[] = [];
        for (let i = from; i < to; i++) {
          const key = keyAt(meaning.event.keys, i);
          if (key !== undefined) keys.push({ firstKey: key, count: 1 });
        }
        tell({ firstKey: name, count: 1 }, keys);
      }
    }
  }

  /** All known names. */
  runs(): readonly KeyRun[] {
    return this.meanings.runs();
  }

  forget(run: KeyRun): void {
    this.meanings.update(run, () => undefined);
  }

  /** Walks both lists of runs at once, in pieces that are runs of both. */
  private learnPairs(blocks: readonly KeyRun[], keys: readonly KeyRun[]): void {
    let at = 0;
    let used = 0;
    for (const { firstKey, count } of blocks) {
      let done = 0;
      while (done < count) {
        const run = keys[at];
        if (run === undefined) return;
        const length = Math.min(count - done, run.count - used);
        const difference = run.firstKey + used - (firstKey + done);
        this.meanings.update({ firstKey: firstKey + done, count: length }, () => difference);
        done += length;
        used += length;
        if (used === run.count) {
          at++;
          used = 0;
        }
      }
    }
  }
}

/** Positions of the keys of block `index` among those of its event. */
function keysOfBlock(
  { blocks, keyCount }: ListMeaning['event'],
  index: Blocks,
): { readonly from: number; readonly to: number } {
  if (blocks >= keyCount) {
    const key = Math.floor((index * keyCount) / blocks);
    return { from: key, to: key + 1 };
  }
  return {
    from: Math.ceil((index * keyCount) / blocks),
    to: Math.ceil(((index + 1) * keyCount) / blocks),
  };
}

function keyAt(runs: readonly KeyRun[], position: number): number | undefined {
  let left = position;
  for (const { firstKey, count } of runs) {
    if (left < count) return firstKey + left;
    left -= count;
  }
  return undefined;
}

function countOf(runs: readonly KeyRun[]): Blocks {
  let sum = 0;
  for (const { count } of runs) sum += count;
  return sum;
}

function sameMeaning(a: Meaning, b: Meaning): boolean {
  if (typeof a === 'number' || typeof b === 'number') return a === b;
  return a.event === b.event && a.shift === b.shift;
}
