/*
 * xxHash64 (Y. Collet, github.com/Cyan4973/xxHash, doc/xxhash_spec.md) in 32-bit halves, for it runs over whole images.
 * Memory: one state of 2 x 5 words per call, no objects per block; a 64-bit product is built from 16-bit limbs.
 */

/** A 64-bit word as two unsigned halves. */
export interface Hash64 {
  readonly high: number;
  readonly low: number;
}

/** XXH64 of the bytes with seed 0. */
export function xxHash64(bytes: Uint8Array): Hash64 {
  const word = new Accumulator();
  const length = bytes.length;
  let at = 0;
  if (length >= 32) {
    const lanes = [new Accumulator(), new Accumulator(), new Accumulator(), new Accumulator()] as const;
    const [one, two, three, four] = lanes;
    one.set(PRIME_1).add(PRIME_2);
    two.set(PRIME_2);
    four.subtract(PRIME_1);
    for (; at + 32 <= length; at += 32) {
      one.round(word32(bytes, at + 4), word32(bytes, at));
      two.round(word32(bytes, at + 12), word32(bytes, at + 8));
      three.round(word32(bytes, at + 20), word32(bytes, at + 16));
      four.round(word32(bytes, at + 28), word32(bytes, at + 24));
    }
    word.set(new Accumulator().set(one).rotate(1));
    word.add(new Accumulator().set(two).rotate(7));
    word.add(new Accumulator().set(three).rotate(12));
    word.add(new Accumulator().set(four).rotate(18));
    const rounded = new Accumulator();
    for (const lane of lanes) {
      rounded.set(ZERO).round(lane.high, lane.low);
      word.xor(rounded).multiply(PRIME_1).add(PRIME_4);
    }
  } else {
    word.set(PRIME_5);
  }
  word.add({ high: Math.floor(length / 2 ** 32), low: length >>> 0 });
  const piece = new Accumulator();
  for (; at + 8 <= length; at += 8) {
    piece.set(ZERO).round(word32(bytes, at + 4), word32(bytes, at));
    word.xor(piece).rotate(27).multiply(PRIME_1).add(PRIME_4);
  }
  if (at + 4 <= length) {
    piece.set({ high: 0, low: word32(bytes, at) }).multiply(PRIME_1);
    word.xor(piece).rotate(23).multiply(PRIME_2).add(PRIME_3);
    at += 4;
  }
  for (; at < length; at++) {
    piece.set({ high: 0, low: bytes[at] ?? 0 }).multiply(PRIME_5);
    word.xor(piece).rotate(11).multiply(PRIME_1);
  }
  word.xorShift(33).multiply(PRIME_2).xorShift(29).multiply(PRIME_3).xorShift(32);
  return { high: word.high, low: word.low };
}

/** Lower-case hexadecimal digits without leading zeros. */
export function hash64Text({ high, low }: Hash64): string {
  return high === 0 ? low.toString(16) : high.toString(16) + low.toString(16).padStart(8, '0');
}

const ZERO: Hash64 = { high: 0, low: 0 };
const PRIME_1: Hash64 = { high: 0x9e3779b1, low: 0x85ebca87 };
const PRIME_2: Hash64 = { high: 0xc2b2ae3d, low: 0x27d4eb4f };
const PRIME_3: Hash64 = { high: 0x165667b1, low: 0x9e3779f9 };
const PRIME_4: Hash64 = { high: 0x85ebca77, low: 0xc2b2ae63 };
const PRIME_5: Hash64 = { high: 0x27d4eb2f, low: 0x165667c5 };

/** A 64-bit register, modulo 2^64. */
class Accumulator implements Hash64 {
  high = 0;
  low = 0;

  set({ high, low }: Hash64): this {
    this.high = high >>> 0;
    this.low = low >>> 0;
    return this;
  }

  add({ high, low }: Hash64): this {
    const sum = this.low + low;
    this.low = sum >>> 0;
    this.high = (this.high + high + (sum > 0xffffffff ? 1 : 0)) >>> 0;
    return this;
  }

  subtract({ high, low }: Hash64): this {
    const difference = this.low - low;
    this.low = difference >>> 0;
    this.high = (this.high - high - (difference < 0 ? 1 : 0)) >>> 0;
    return this;
  }

  xor({ high, low }: Hash64): this {
    this.high = (this.high ^ high) >>> 0;
    this.low = (this.low ^ low) >>> 0;
    return this;
  }

  multiply({ high, low }: Hash64): this {
    const a0 = this.low & 0xffff;
    const a1 = this.low >>> 16;
    const b0 = low & 0xffff;
    const b1 = low >>> 16;
    const p00 = a0 * b0;
    const p01 = a0 * b1;
    const p10 = a1 * b0;
    const middle = (p00 >>> 16) + (p01 & 0xffff) + (p10 & 0xffff);
    const carry = a1 * b1 + (p01 >>> 16) + (p10 >>> 16) + (middle >>> 16);
    this.high = (carry + Math.imul(this.high, low) + Math.imul(this.low, high)) >>> 0;
    this.low = ((middle << 16) | (p00 & 0xffff)) >>> 0;
    return this;
  }

  /** To the left, by 1 to 31 bits. */
  rotate(bits: number): this {
    const { high, low } = this;
    this.high = ((high << bits) | (low >>> (32 - bits))) >>> 0;
    this.low = ((low << bits) | (high >>> (32 - bits))) >>> 0;
    return this;
  }

  /** Exclusive or with itself shifted to the right by 1 to 63 bits. */
  xorShift(bits: number): this {
    const { high, low } = this;
    if (bits >= 32) {
      this.low = (low ^ (bits === 32 ? high : high >>> (bits - 32))) >>> 0;
    } else {
      this.high = (high ^ (high >>> bits)) >>> 0;
      this.low = (low ^ ((low >>> bits) | (high << (32 - bits)))) >>> 0;
    }
    return this;
  }

  /** One round of a lane: this = rotate(this + input * PRIME_2, 31) * PRIME_1. */
  round(high: number, low: number): this {
    const { high: keptHigh, low: keptLow } = this;
    this.high = high;
    this.low = low;
    this.multiply(PRIME_2);
    const sum = this.low + keptLow;
    this.high = (this.high + keptHigh + (sum > 0xffffffff ? 1 : 0)) >>> 0;
    this.low = sum >>> 0;
    return this.rotate(31).multiply(PRIME_1);
  }
}

function word32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24)) >>>
    0
  );
}
