import { invariant } from '../../base/invariant.ts';
import { KEYS_PER_RUN, type KeyRun } from '../../base/prompt.ts';

/*
 * Memory: one bucket per floor(key / KEYS_PER_RUN), found in a Map; it has an array of pieces sorted by key, each
 * a half-open interval with one value. Neighbours with equal values are one piece, so that a run of blocks that were
 * stored together is one object however long it is. Hashed keys fall into buckets of one piece each.
 */

/** Keys first … end-1 have this value. */
interface Piece<V> {
  readonly first: number;
  readonly end: number;
  readonly value: V;
}

/** Pieces that share floor(key / KEYS_PER_RUN); without any once it has left the map. */
interface Bucket<V> {
  readonly id: number;
  pieces: Piece<V>[];
  /** The bucket that runs went on with last, so that the next ones need not look it up. */
  next: Bucket<V> | undefined;
}

/** A map from block keys to values that are equal over long intervals. */
export class IntervalMap<V> {
  private readonly buckets = new Map<number, Bucket<V>>();
  private readonly equal: (a: V, b: V) => boolean;
  private readonly limit: number;
  private covered = 0;

  /** Beyond `limit` keys the oldest buckets are dropped whole. */
  constructor(equal: (a: V, b: V) => boolean = Object.is, limit = Infinity) {
    this.equal = equal;
    this.limit = limit;
  }

  /** Keys that have a value. */
  get size(): number {
    return this.covered;
  }

  /** Intervals that they make up. */
  get pieces(): number {
    let sum = 0;
    for (const { pieces } of this.buckets.values()) sum += pieces.length;
    return sum;
  }

  get(key: number): V | undefined {
    const pieces = this.buckets.get(bucketOf(key))?.pieces;
    const piece = pieces?.[firstEndingAfter(pieces, key)];
    return piece !== undefined && piece.first <= key ? piece.value : undefined;
  }

  /** Replaces the values of a run, interval by interval (a gap has none); undefined removes. */
  update({ firstKey, count }: KeyRun, change: (value: V | undefined) => V | undefined): void {
    if (count <= 0) return;
    const id = bucketOf(firstKey);
    const end = firstKey + count;
    invariant(bucketOf(end - 1) === id, 'a run of keys lies in one bucket', { firstKey, count });
    const bucket = this.buckets.get(id);
    if (bucket === undefined) {
      const value = change(undefined);
      if (value === undefined) return;
      this.buckets.set(id, { id, pieces: [{ first: firstKey, end, value }], next: undefined });
      this.covered += count;
    } else {
      this.updatePieces(bucket.pieces, firstKey, end, change);
      if (bucket.pieces.length === 0) this.drop(bucket);
    }
    while (this.covered > this.limit && this.buckets.size > 1) this.dropOldest();
  }

  /** The values of a run in order, each with the number of keys that have it; `see` returns false to stop. */
  visit(run: KeyRun, see: (value: V | undefined, count: number, first: number) => boolean): boolean {
    return visitPieces(this.buckets.get(bucketOf(run.firstKey))?.pieces, run, see);
  }

  /** The values of several runs, one after the other. */
  visitAll(
    runs: readonly KeyRun[],
    see: (value: V | undefined, count: number, first: number) => boolean,
  ): boolean {
    let bucket: Bucket<V> | undefined;
    for (const run of runs) {
      const id = bucketOf(run.firstKey);
      if (bucket?.id !== id) bucket = this.after(bucket, id);
      if (!visitPieces(bucket?.pieces, run, see)) return false;
    }
    return true;
  }

  /** Replaces every value; undefined removes. */
  updateAll(change: (value: V) => V | undefined): void {
    for (const bucket of this.buckets.values()) {
      const { pieces } = bucket;
      const first = pieces[0];
      const last = pieces.at(-1);
      if (first === undefined || last === undefined) continue;
      this.updatePieces(pieces, first.first, last.end, (value) =>
        value === undefined ? undefined : change(value),
      );
      if (pieces.length === 0) this.drop(bucket);
    }
  }

  /** Every value with the number of keys of its interval, in no particular order. */
  each(see: (value: V, count: number) => void): void {
    for (const { pieces } of this.buckets.values())
      for (const piece of pieces) see(piece.value, length(piece));
  }

  /** All intervals, as runs. */
  runs(): KeyRun[] {
    return [...this.buckets.values()].flatMap(({ pieces }) =>
      pieces.map((piece) => ({ firstKey: piece.first, count: length(piece) })),
    );
  }

  clear(): void {
    this.buckets.clear();
    this.covered = 0;
  }

  private after(bucket: Bucket<V> | undefined, id: number): Bucket<V> | undefined {
    if (bucket === undefined) return this.buckets.get(id);
    const { next } = bucket;
    if (next?.id === id && next.pieces.length > 0) return next;
    const found = this.buckets.get(id);
    if (found !== undefined) bucket.next = found;
    return found;
  }

  /** Those that are linked to the bucket keep it alive, but none beyond it. */
  private drop(bucket: Bucket<V>): void {
    bucket.pieces = [];
    bucket.next = undefined;
    this.buckets.delete(bucket.id);
  }

  private updatePieces(
    bucket: Piece<V>[],
    first: number,
    end: number,
    change: (value: V | undefined) => V | undefined,
  ): void {
    const from = firstEndingAfter(bucket, first);
    const made: Piece<V>[] = [];
    let to = from;
    let key = first;
    while (key < end) {
      const piece = bucket[to];
      if (piece === undefined || piece.first >= end) {
        append(made, key, end, change(undefined), this.equal);
        break;
      }
      if (piece.first < key) append(made, piece.first, key, piece.value, this.equal);
      else if (piece.first > key) append(made, key, piece.first, change(undefined), this.equal);
      const stop = Math.min(piece.end, end);
      append(made, Math.max(key, piece.first), stop, change(piece.value), this.equal);
      if (piece.end > end) append(made, end, piece.end, piece.value, this.equal);
      key = stop;
      to++;
    }
    let removed = 0;
    for (let i = from; i < to; i++) removed += length(bucket[i]);
    const start = this.joinLeft(bucket, from, made);
    const stop = this.joinRight(bucket, to, made);
    let added = 0;
    for (const piece of made) added += length(piece);
    for (let i = start; i < from; i++) removed += length(bucket[i]);
    for (let i = to; i < stop; i++) removed += length(bucket[i]);
    bucket.splice(start, stop - start, ...made);
    this.covered += added - removed;
  }

  /** Lets the piece before the changed ones grow into them; returns where the replacement begins. */
  private joinLeft(bucket: readonly Piece<V>[], from: number, made: Piece<V>[]): number {
    const before = bucket[from - 1];
    const head = made[0];
    if (before === undefined || head === undefined || before.end !== head.first) return from;
    if (!this.equal(before.value, head.value)) return from;
    made[0] = { first: before.first, end: head.end, value: before.value };
    return from - 1;
  }

  private joinRight(bucket: readonly Piece<V>[], to: number, made: Piece<V>[]): number {
    const after = bucket[to];
    const tail = made.at(-1);
    if (after === undefined || tail === undefined || after.first !== tail.end) return to;
    if (!this.equal(after.value, tail.value)) return to;
    made[made.length - 1] = { first: tail.first, end: after.end, value: tail.value };
    return to + 1;
  }

  private dropOldest(): void {
    for (const bucket of this.buckets.values()) {
      for (const piece of bucket.pieces) this.covered -= length(piece);
      this.drop(bucket);
      return;
    }
  }
}

function bucketOf(key: number): number {
  return Math.floor(key / KEYS_PER_RUN);
}

function length(piece: { readonly first: number; readonly end: number } | undefined): number {
  return piece === undefined ? 0 : piece.end - piece.first;
}

function visitPieces<V>(
  pieces: readonly Piece<V>[] | undefined,
  { firstKey, count }: KeyRun,
  see: (value: V | undefined, count: number, first: number) => boolean,
): boolean {
  const end = firstKey + count;
  let key = firstKey;
  if (pieces !== undefined) {
    for (let i = firstEndingAfter(pieces, firstKey); i < pieces.length; i++) {
      const piece = pieces[i];
      if (piece === undefined || piece.first >= end) break;
      if (piece.first > key) {
        if (!see(undefined, piece.first - key, key)) return false;
        key = piece.first;
      }
      const stop = Math.min(piece.end, end);
      if (!see(piece.value, stop - key, key)) return false;
      key = stop;
    }
  }
  return key >= end || see(undefined, end - key, key);
}

/** Index of the first piece that ends after `key`. */
function firstEndingAfter(bucket: readonly { readonly end: number }[], key: number): number {
  let low = 0;
  let high = bucket.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const piece = bucket[middle];
    if (piece !== undefined && piece.end <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Appends an interval unless it is empty or has no value; equal neighbours become one. */
function append<V>(
  pieces: Piece<V>[],
  first: number,
  end: number,
  value: V | undefined,
  equal: (a: V, b: V) => boolean,
): void {
  if (first >= end || value === undefined) return;
  const last = pieces.at(-1);
  if (last !== undefined && last.end === first && equal(last.value, value))
    pieces[pieces.length - 1] = { first: last.first, end, value: last.value };
  else pieces.push({ first, end, value });
}
