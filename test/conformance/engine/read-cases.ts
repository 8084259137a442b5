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

/** The cases of one file, in order. Throws with file and line where it is not a recording. */
export function* casesOf(file: string): Generator<TraceCase> {
  const bytes = readFileSync(file);
  const text = file.endsWith('.gz') ? gunzipSync(bytes).toString('utf8') : bytes.toString('utf8');
  let header: TraceHeader | undefined;
  let events: TraceEvent[] = [];
  let number = 0;
  for (const line of text.split('\n')) {
    number++;
    if (line.trim() === '') continue;
    const row = parsed(line, `${file}:${number}`);
    if ('kind' in row) {
      if (header !== undefined) throw new Error(`${file}:${number}: a case begins before the last one ended`);
      if (row.kind !== 'engine-golden' || row.format !== 1)
        throw new Error(`${file}:${number}: not a recording of format 1`);
      header = row;
      events = [];
      continue;
    }
    if (header === undefined) throw new Error(`${file}:${number}: an event before the first header`);
    events.push(row);
    if (row.ev !== 'end') continue;
    yield { file, header, events };
    header = undefined;
  }
  if (header !== undefined) throw new Error(`${file}: the last case has no end`);
}

type HeaderRow = TraceHeader & { readonly kind: string; readonly format: number };

function parsed(line: string, where: string): HeaderRow | TraceEvent {
  try {
    return JSON.parse(line) as HeaderRow | TraceEvent;
  } catch {
    throw new Error(`${where}: not a line of JSON`);
  }
}
