import { addEndpoint, endpointAt, WORD_BITS } from '../endpoint-bits.ts';

/*
 * Memory: an array of pieces, sorted and disjoint. A set of holders is the one endpoint, or bits (endpoint-bits.ts).
 * Neighbours with equal sets are one piece, so that blocks which the same endpoints hold are one object however many they are.
 */

/** Blocks from … to-1 and their holders. */
export interface Piece {
  from: number;
  to: number;
  /** The only holder, SEVERAL where there are more. */
  only: number;
  /** Those who are several, as bits. */
  words: number[];
}

/** Stands for the only holder of a piece that has several. */
export const SEVERAL = -1;

/** Who holds which blocks of a bucket. */
export class Pieces {
  readonly list: Piece[] = [];

  /** Position of the first piece that ends after `block`. */
  firstAfter(block: number): number {
    const { list } = this;
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((list[middle]?.to ?? 0) > block) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The endpoint holds from … to-1. */
  hold(from: number, to: number, endpoint: number): void {
    const start = this.firstAfter(from);
    let i = start;
    let block = from;
    while (block < to) {
      const piece = this.list[i];
      if (piece === undefined || piece.from > block) {
        const end = piece === undefined || piece.from > to ? to : piece.from;
        this.list.splice(i, 0, { from: block, to: end, only: endpoint, words: NO_WORDS });
        block = end;
      } else {
        if (piece.from < block) {
          this.split(i, block);
          i++;
        }
        const held = this.list[i];
        if (held === undefined) break;
        if (held.to > to) this.split(i, to);
        addHolder(held, endpoint);
        block = held.to;
      }
      i++;
    }
    this.join(start, i);
  }

  /** The endpoint holds from … to-1 no longer. */
  release(from: number, to: number, endpoint: number): void {
    const { list } = this;
    const start = this.firstAfter(from);
    let i = start;
    while (i < list.length) {
      const piece = list[i];
      if (piece === undefined || piece.from >= to) break;
      if (piece.from < from) {
        this.split(i, from);
        i++;
        continue;
      }
      if (piece.to > to) {
        if (piece.only === endpoint) {
          piece.from = to;
          break;
        }
        this.split(i, to);
      }
      if (piece.only === endpoint) list.splice(i, 1);
      else {
        if (piece.only === SEVERAL) removeHolder(piece, endpoint);
        i++;
      }
    }
    this.join(start, i);
  }

  private split(position: number, block: number): void {
    const piece = this.list[position];
    if (piece === undefined) return;
    const words = piece.only === SEVERAL ? [...piece.words] : NO_WORDS;
    this.list.splice(position + 1, 0, { from: block, to: piece.to, only: piece.only, words });
    piece.to = block;
  }

  /** Makes one piece of equal neighbours among the positions first-1 … last. */
  private join(first: number, last: number): void {
    const { list } = this;
    for (let i = Math.min(last, list.length - 1); i >= Math.max(first, 1); i--) {
      const left = list[i - 1];
      const right = list[i];
      if (left === undefined || right === undefined || left.to !== right.from) continue;
      if (left.only !== right.only || !sameWords(left.words, right.words)) continue;
      left.to = right.to;
      list.splice(i, 1);
    }
  }
}

/* Never written to. */
const NO_WORDS: number[] = [];

function addHolder(piece: Piece, endpoint: number): void {
  if (piece.only === endpoint) return;
  if (piece.only !== SEVERAL) {
    piece.words = [];
    addEndpoint(piece.words, piece.only);
    piece.only = SEVERAL;
  }
  addEndpoint(piece.words, endpoint);
}

/** Of a piece that has several; the one who is left may become the only one. */
function removeHolder(piece: Piece, endpoint: number): void {
  const { words } = piece;
  const word = Math.floor(endpoint / WORD_BITS);
  if (word < words.length) words[word] = (words[word] ?? 0) & ~(1 << (endpoint % WORD_BITS));
  let only = SEVERAL;
  for (let w = 0; w < words.length; w++) {
    const bits = words[w] ?? 0;
    if (bits === 0) continue;
    if (only !== SEVERAL || (bits & (bits - 1)) !== 0) return;
    only = endpointAt(w, bits);
  }
  piece.only = only;
  piece.words = NO_WORDS;
}

function sameWords(a: readonly number[], b: readonly number[]): boolean {
  const length = Math.max(a.length, b.length);
  for (let w = 0; w < length; w++) if ((a[w] ?? 0) !== (b[w] ?? 0)) return false;
  return true;
}
