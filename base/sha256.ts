/*
 * SHA-256 (FIPS 180-4), synchronous and the same in Node and browsers, where the platform's own is asynchronous.
 * It names contents in manifests; it guards nothing.
 */

/** The digest of a text (as UTF-8) in 64 lower-case hexadecimal digits. */
export function sha256(text: string): string {
  return new Sha256().update(text).hex();
}

/** A digest over texts that arrive piece by piece, whoever computes it: the same digits. */
export interface TextDigest {
  update(text: string): TextDigest;
  /** Ends the text and returns the digest; the object is used up. */
  hex(): string;
}

/** A digest over texts that arrive piece by piece: pieces "a", "b" give the digest of "ab". */
export class Sha256 implements TextDigest {
  private readonly state = Uint32Array.from(INITIAL);
  private readonly block = new Uint8Array(64);
  private readonly schedule = new Uint32Array(64);
  private readonly encoder = new TextEncoder();
  private filled = 0;
  private bytes = 0;

  /** A surrogate pair that is split between two pieces counts as two broken characters. */
  update(text: string): this {
    this.absorb(this.encoder.encode(text));
    return this;
  }

  /** Ends the text and returns the digest; the object is used up. */
  hex(): string {
    const bits = this.bytes * 8;
    const padding = new Uint8Array((this.filled < 56 ? 64 : 128) - this.filled);
    padding[0] = 0x80;
    const view = new DataView(padding.buffer);
    view.setUint32(padding.length - 8, Math.floor(bits / 2 ** 32));
    view.setUint32(padding.length - 4, bits >>> 0);
    this.absorb(padding);
    return [...this.state].map((word) => word.toString(16).padStart(8, '0')).join('');
  }

  private absorb(data: Uint8Array): void {
    this.bytes += data.length;
    let position = 0;
    while (position < data.length) {
      const taken = Math.min(64 - this.filled, data.length - position);
      this.block.set(data.subarray(position, position + taken), this.filled);
      this.filled += taken;
      position += taken;
      if (this.filled === 64) {
        this.compress();
        this.filled = 0;
      }
    }
  }

  private compress(): void {
    const { block, schedule: w, state } = this;
    for (let t = 0; t < 16; t++) {
      const i = t * 4;
      w[t] = (at(block, i) << 24) | (at(block, i + 1) << 16) | (at(block, i + 2) << 8) | at(block, i + 3);
    }
    for (let t = 16; t < 64; t++) {
      const x = at(w, t - 15);
      const y = at(w, t - 2);
      const small0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
      const small1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
      w[t] = at(w, t - 16) + small0 + at(w, t - 7) + small1;
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
    for (let t = 0; t < 64; t++) {
      const big1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const choice = (e & f) ^ (~e & g);
      const first = (h + big1 + choice + at(ROUND, t) + at(w, t)) | 0;
      const big0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const majority = (a & b) ^ (a & c) ^ (b & c);
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + big0 + majority) | 0;
    }
    const worked = [a, b, c, d, e, f, g, h];
    for (let i = 0; i < 8; i++) state[i] = at(state, i) + (worked[i] ?? 0);
  }
}

function at(array: Uint8Array | Uint32Array, index: number): number {
  return array[index] ?? 0;
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

/** The first 32 bits of the fractional parts of the roots of the first primes: square roots begin, cube roots mix. */
const PRIMES = firstPrimes(64);
const INITIAL = PRIMES.slice(0, 8).map((prime) => fraction32(prime, 2n));
const ROUND = Uint32Array.from(PRIMES, (prime) => fraction32(prime, 3n));

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  return primes;
}

/** floor(2^32 * root) mod 2^32 in whole numbers: the largest r with r^degree <= value * 2^(32 degree). */
function fraction32(value: number, degree: bigint): number {
  const target = BigInt(value) << (32n * degree);
  let low = 0n;
  let high = 1n << 40n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** degree <= target) low = middle;
    else high = middle;
  }
  return Number(low & 0xffffffffn);
}
