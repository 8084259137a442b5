import type { Tokens } from '../../base/units.ts';

/*
 * Memory: one growing byte array; a text is encoded straight into it and the tokens are read from it at the end.
 */

/** Gathers UTF-8 bytes and repeated tokens, and reads them as pseudo-tokens: 4 bytes each, little-endian. */
export class BytePacker {
  private bytes = new Uint8Array(1024);
  private length = 0;
  private readonly encoder = new TextEncoder();

  text(text: string): void {
    this.reserve(text.length * 3);
    this.length += this.encoder.encodeInto(text, this.bytes.subarray(this.length)).written;
  }

  /** Pads with zeros to a token boundary and appends a token `count` times; returns the position of the first. */
  repeat(token: number, count: Tokens): Tokens {
    this.align();
    const offset = this.length / BYTES_PER_TOKEN;
    this.reserve(count * BYTES_PER_TOKEN);
    const view = new DataView(this.bytes.buffer);
    for (let i = 0; i < count; i++) view.setUint32(this.length + i * BYTES_PER_TOKEN, token, true);
    this.length += count * BYTES_PER_TOKEN;
    return offset;
  }

  /** All that was gathered; the last token is padded with zeros. */
  tokens(): Uint32Array {
    this.align();
    const view = new DataView(this.bytes.buffer);
    const tokens = new Uint32Array(this.length / BYTES_PER_TOKEN);
    for (let i = 0; i < tokens.length; i++) tokens[i] = view.getUint32(i * BYTES_PER_TOKEN, true);
    return tokens;
  }

  private align(): void {
    this.reserve(BYTES_PER_TOKEN);
    while (this.length % BYTES_PER_TOKEN !== 0) this.bytes[this.length++] = 0;
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}

/** pkg/epp/framework/plugins/requestcontrol/dataproducer/tokenizer/estimate.go of llm-d-router. */
const BYTES_PER_TOKEN = 4;
