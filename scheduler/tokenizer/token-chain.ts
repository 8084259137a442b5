import type { KeyRun } from '../../base/prompt.ts';
import type { Tokens } from '../../base/units.ts';

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
  const hash = new Mixer();
  if (parent === undefined) hash.text(scope);
  else hash.key(parent);
  const blocks = Math.floor(tokens.length / blockTokens);
  const runs: KeyRun[] = [];
  for (let block = 0; block < blocks; block++) {
    hash.tokens(tokens, block * blockTokens, (block + 1) * blockTokens);
    const more = extra?.(block) ?? '';
    if (more !== '') hash.text(more);
    const key = hash.value();
    runs.push({ firstKey: key, count: 1 });
    // Each block starts from the key alone, so that a chain can be taken up where only the key is known.
    hash.key(key);
  }
  return runs;
}

/** Two lanes of 32 bits, each a multiply-rotate hash with the rounds and finaliser of MurmurHash3. */
class Mixer {
  private a = 0;
  private b = 0;

  key(key: number): void {
    this.a = 0x2c9277b5;
    this.b = 0x5f356495;
    this.word(key >>> 0);
    this.word(Math.floor(key / 2 ** 32));
  }

  text(text: string): void {
    this.word(text.length);
    for (let i = 0; i < text.length; i++) this.word(text.charCodeAt(i));
  }

  tokens(tokens: Uint32Array, from: number, to: number): void {
    let { a, b } = this;
    for (let i = from; i < to; i++) {
      const token = tokens[i] ?? 0;
      a =
        Math.imul(rotate(a ^ Math.imul(rotate(Math.imul(token, 0xcc9e2d51), 15), 0x1b873593), 13), 5) +
        0xe6546b64;
      b =
        Math.imul(rotate(b ^ Math.imul(rotate(Math.imul(token, 0x239b961b), 17), 0xab0e9789), 15), 5) +
        0x561ccd1b;
    }
    this.a = a | 0;
    this.b = b | 0;
  }

  /** 53 bits. */
  value(): number {
    const a = finish(this.a ^ Math.imul(this.b, 0x9e3779b1));
    const b = finish(this.b + Math.imul(a, 0x85ebca77));
    return (a >>> 0) * 2 ** 21 + (b >>> 11);
  }

  private word(word: number): void {
    this.a =
      (Math.imul(rotate(this.a ^ Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593), 13), 5) +
        0xe6546b64) |
      0;
    this.b =
      (Math.imul(rotate(this.b ^ Math.imul(rotate(Math.imul(word, 0x239b961b), 17), 0xab0e9789), 15), 5) +
        0x561ccd1b) |
      0;
  }
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function finish(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
