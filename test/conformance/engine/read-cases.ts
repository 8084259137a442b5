import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

import type { TraceCase, TraceEvent, TraceHeader } from './trace-case.ts';

/** Files of recorded cases below `folder` (`.jsonl`, `.jsonl.gz`), in order of their names. */
export function traceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) return traceFiles(file);
      return /\.jsonl(\.gz)?$/.test(entry.name) ? [file] : [];
    })
    .sort();
}

/**
 * The cases of one file, in order. Where it is not a recording, tells `broken` the file, the line and why, and goes on with
 * the next header; without `broken` it throws.
 */
export function* casesOf(file: string, broken: (why: string) => void = raise): Generator<TraceCase> {
  const bytes = readFileSync(file);
  const text = file.endsWith('.gz') ? gunzipSync(bytes).toString('utf8') : bytes.toString('utf8');
  let header: TraceHeader | undefined;
  let events: TraceEvent[] = [];
  let number = 0;
  /** Whether rows belong to a case that was given up. */
  let skipping = false;
  for (const line of text.split('\n')) {
    number++;
    if (line.trim() === '') continue;
    const row = parsed(line);
    if (row === undefined) {
      broken(`${file}:${number}: not a line of JSON`);
      skipping = true;
      header = undefined;
    } else if ('kind' in row) {
      if (header !== undefined) broken(`${file}:${number}: a case begins before the last one ended`);
      const isHeader = row.kind === 'engine-golden' && row.format === 1 && typeof row.vllm === 'string';
      if (!isHeader) broken(`${file}:${number}: not a recording of format 1`);
      skipping = !isHeader;
      header = isHeader ? row : undefined;
      events = [];
      continue;
    }
    if (row === undefined || skipping) continue;
    if (header === undefined) {
      broken(`${file}:${number}: an event outside a case`);
      skipping = true;
      continue;
    }
    events.push(row);
    if (row.ev !== 'end') continue;
    yield { file, header, events };
    header = undefined;
  }
  if (header !== undefined) broken(`${file}: the last case has no end`);
}

type HeaderRow = TraceHeader & { readonly kind: string; readonly format: number };

function parsed(line: string): HeaderRow | TraceEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as HeaderRow | TraceEvent) : undefined;
  } catch {
    return undefined;
  }
}

function raise(why: string): never {
  throw new Error(why);
}
