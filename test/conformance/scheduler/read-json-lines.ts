import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/**
 * The objects of a file with one JSON object per line; `.gz` files are unpacked. Tells `broken` of every line that holds
 * something else, and leaves it out; without `broken` it throws.
 */
export function* readJsonLines(
  file: string,
  broken: (line: number, text: string) => void = raise,
): Generator<unknown> {
  const bytes = readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  let from = 0;
  for (let number = 1; from < text.length; number++) {
    const end = text.indexOf('\n', from);
    const line = text.slice(from, end < 0 ? text.length : end);
    from = end < 0 ? text.length : end + 1;
    if (line.trim() === '') continue;
    const value = objectOf(line);
    if (value === undefined) broken(number, line);
    else yield value;
  }
}

function objectOf(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function raise(line: number): never {
  throw new Error(`line ${line} is no JSON object`);
}
