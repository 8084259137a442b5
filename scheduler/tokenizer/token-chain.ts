import type { KeyRun } from '../../base/prompt.ts';
import type { Tokens } from '../../base/units.ts';

/*
 * Four lanes of 32 bits: every token goes into a lane of the first pair and one of the second, even and odd tokens into
 * different ones, so that two tokens are under way at a time. A round (exclusive or, multiplication, rotation) is a
 * bijection of the lane: blocks that differ in one token never meet in any of its lanes.
 */

/**
 * Keys of the whole blocks of a list of tokens, each a 53-bit hash over the block and the key before it. The real
 * picker's hashes are internal to it as well: only equality counts.
 *
 * `parent` is the key of the block before the first; undefined = the start of a prompt of `scope`. `extra(i)` is what
 * else tells block i from others (a cache salt, the hashes of its images).
 */
export function chainKeys(
  tokens: Uint32Array,
  blockTokens: Tokens,
  parent: number | undefined,
  scope: string,
  extra?: (block: number) => string,
): KeyRun[] {
  const blocks = Math.floor(tokens.length / blockTokens);
  const pairs = blockTokens >> 1;
  const runs: KeyRun[] = [];
  // Each block starts from the key before it alone, so that a chain can be taken up where only that is known.
  let key = parent ?? textKey(scope, 0);
  let at = 0;
  for (let block = 0; block < blocks; block++) {
    const upper = Math.floor(key / LOW);
    const high = upper | 0;
    const low = (key - upper * LOW) | 0;
    let a = high ^ START_A;
    let b = low ^ START_B;
    let c = high ^ START_C;
    let d = low ^ START_D;
    for (let pair = 0; pair < pairs; pair++) {
      const even = tokens[at++] ?? 0;
      const odd = tokens[at++] ?? 0;
      a = rotate(Math.imul(a ^ even, TIMES_A), 13);
      b = rotate(Math.imul(b ^ odd, TIMES_A), 13);
      c = rotate(Math.imul(c ^ even, TIMES_C), 17);
      d = rotate(Math.imul(d ^ odd, TIMES_C), 17);
    }
    if (blockTokens % 2 === 1) {
      const last = tokens[at++] ?? 0;
      a = rotate(Math.imul(a ^ last, TIMES_A), 13);
      c = rotate(Math.imul(c ^ last, TIMES_C), 17);
    }
    key = keyOf(a ^ Math.imul(b, FOLD), c ^ Math.imul(d, FOLD));
    const more = extra?.(block) ?? '';
    if (more !== '') key = textKey(more, key);
    runs.push({ firstKey: key, count: 1 });
  }
  return runs;
}

/* Odd constants of MurmurHash3 and xxHash32, and the golden ratio. */
const TIMES_A = 0xcc9e2d51;
const TIMES_C = 0x85ebca77;
const FOLD = 0x9e3779b1;
const START_A = 0x2c9277b5;
const START_B = 0x5f356495;
const START_C = 0x1b873593;
const START_D = 0xab0e9789;

/** A key is 32 bits times this, and 21 bits. */
const LOW = 2 ** 21;

/** The key that a text makes of the one before it. */
function textKey(text: string, before: number): number {
  const upper = Math.floor(before / LOW);
  let a = upper | 0;
  let c = (before - upper * LOW) ^ text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = rotate(Math.imul(a ^ code, TIMES_A), 13) + START_A;
    c = rotate(Math.imul(c ^ code, TIMES_C), 17) + START_C;
  }
  return keyOf(a, c);
}

/** 53 bits of two lanes. */
function keyOf(a: number, c: number): number {
  const high = finish(a ^ Math.imul(c, FOLD));
  const low = finish(c + Math.imul(high, TIMES_C));
  return (high >>> 0) * LOW + (low >>> 11);
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** Finaliser of MurmurHash3 (32 bit). */
function finish(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
