import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** The values of a file with one JSON value per line; `.gz` files are unpacked. */
export function* readJsonLines(file: string): Generator<unknown> {
  const bytes = readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  let from = 0;
  while (from < text.length) {
    const end = text.indexOf('\n', from);
    const line = text.slice(from, end < 0 ? text.length : end);
    from = end < 0 ? text.length : end + 1;
    if (line.trim() !== '') yield JSON.parse(line);
  }
}
