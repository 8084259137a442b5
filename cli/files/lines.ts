/** Lines of a UTF-8 text without their ends, decoded one by one: a text may be larger than the longest string. */
export function* linesOfBytes(bytes: Buffer): Generator<string> {
  let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0; // byte order mark
  while (start < bytes.length) {
    const end = bytes.indexOf(0x0a, start);
    const stop = end === -1 ? bytes.length : end;
    yield bytes.toString('utf8', start, bytes[stop - 1] === 0x0d && stop > start ? stop - 1 : stop);
    start = stop + 1;
  }
}
