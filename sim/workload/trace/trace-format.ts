import { Sha256, type TextDigest } from '../../../base/sha256.ts';
import type { Tokens } from '../../../base/units.ts';
import type { ColumnsSpec } from './columns.ts';
import type { Trace } from './trace.ts';

/** How one kind of file is read. A new format is one file that exports one of these, and a line in trace-formats.ts. */
export interface TraceFormat {
  readonly name: string;
  /** The files of a format that is a folder; undefined = one file. */
  readonly files?: readonly string[];
  /** Throws UserError with file and line for a line that the format does not allow. */
  read(files: TraceFiles, options: TraceReadOptions): Trace;
}

/** Where the text of a trace comes from: the caller has opened and unpacked it. */
export interface TraceFiles {
  /** As the user named it; messages quote it. */
  readonly path: string;
  /** Lines without their ends, of the trace or of one file of its folder. */
  lines(file?: string): Iterable<string>;
  /** A SHA-256, for what is read: the host's own, where it has a faster one. */
  digest(): TextDigest;
}

export interface TraceReadOptions {
  /** Tokens per block, for formats that count in blocks; undefined = the format's own. */
  readonly blockSize?: Tokens | undefined;
  /** Read the first so many rows of the file only. */
  readonly rows?: number | undefined;
  /** Which column is the arrival of a recorded run: when the client sent the request, or when it had meant to. */
  readonly clock?: 'sent' | 'scheduled' | undefined;
  /** Names of columns, for the format that has none of its own. */
  readonly columns?: ColumnsSpec | undefined;
}

/** Trace files that are in memory: one text, or the texts of a folder by file name. */
export function traceFilesOf(path: string, content: string | ReadonlyMap<string, string>): TraceFiles {
  return {
    path,
    lines: (file) => linesOf(typeof content === 'string' ? content : (content.get(file ?? '') ?? '')),
    digest: () => new Sha256(),
  };
}

/** The lines of a text, without their ends. */
export function* linesOf(text: string): Generator<string> {
  let start = 0;
  while (start < text.length) {
    const end = text.indexOf('\n', start);
    const stop = end === -1 ? text.length : end;
    yield text.slice(start, text[stop - 1] === '\r' ? stop - 1 : stop);
    start = stop + 1;
  }
}
