/** Width and height in pixels. */
export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

/**
 * Reads the size from the head of a base64 image (PNG, GIF or JPEG: the formats that the picker decodes); undefined
 * when it is none of them or too short to tell.
 */
export function base64ImageSize(base64: string): PixelSize | undefined {
  const bytes = base64Bytes(base64, HEAD_BYTES);
  const size = pngSize(bytes) ?? gifSize(bytes) ?? jpegSize(bytes);
  return size !== undefined && size.width > 0 && size.height > 0 ? size : undefined;
}

/** Bytes of a file in which its size must stand: frame headers of JPEG may follow 64 KiB of metadata segments. */
const HEAD_BYTES = 2 ** 18;

/** PNG specification, 11.2.2 IHDR: signature, length, `IHDR`, width, height; 13 bytes of header and its checksum. */
function pngSize(bytes: Uint8Array): PixelSize | undefined {
  const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  if (bytes.length < 33 || !signature.every((byte, i) => bytes[i] === byte)) return undefined;
  if (String.fromCharCode(...bytes.subarray(12, 16)) !== 'IHDR') return undefined;
  const view = viewOf(bytes);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

/** GIF89a specification, 18: logical screen descriptor. */
function gifSize(bytes: Uint8Array): PixelSize | undefined {
  const signature = String.fromCharCode(...bytes.subarray(0, 6));
  if (bytes.length < 13 || (signature !== 'GIF87a' && signature !== 'GIF89a')) return undefined;
  const view = viewOf(bytes);
  return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
}

/** ITU T.81, B.2.2: the first frame header (SOF0 to SOF15 without DHT, JPG, DAC). */
function jpegSize(bytes: Uint8Array): PixelSize | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  const view = viewOf(bytes);
  let at = 2;
  while (at + 9 <= bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    const alone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    at += alone ? 2 : 2 + view.getUint16(at + 2);
  }
  return undefined;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The first bytes of a base64 text, up to its first foreign character (line breaks are skipped). */
function base64Bytes(text: string, most: number): Uint8Array {
  const bytes = new Uint8Array(Math.min(most, Math.ceil((text.length * 3) / 4)));
  let filled = 0;
  let bits = 0;
  let held = 0;
  for (let i = 0; i < text.length && filled < bytes.length; i++) {
    const digit = base64Digit(text.charCodeAt(i));
    if (digit === SKIPPED) continue;
    if (digit === FOREIGN) break;
    held = (held << 6) | digit;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[filled++] = (held >>> bits) & 0xff;
      held &= (1 << bits) - 1;
    }
  }
  return bytes.subarray(0, filled);
}

const SKIPPED = -1;
const FOREIGN = -2;

function base64Digit(code: number): number {
  if (code >= 0x41 && code <= 0x5a) return code - 0x41;
  if (code >= 0x61 && code <= 0x7a) return code - 0x61 + 26;
  if (code >= 0x30 && code <= 0x39) return code - 0x30 + 52;
  if (code === 0x2b) return 62;
  if (code === 0x2f) return 63;
  return code === 0x0a || code === 0x0d ? SKIPPED : FOREIGN;
}
