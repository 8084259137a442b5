import { didYouMean } from '../../../base/nearest.ts';
import type { TextDigest } from '../../../base/sha256.ts';
import { UserError } from '../../../base/user-error.ts';
import type { TraceFiles } from './trace-format.ts';
import { parseJson } from './parse-json.ts';

/** One row of a trace: its fields, checked as they are read. Every error names file and line. */
export class TraceRow {
  readonly file: string;
  /** A line from 1, or where the row stands in a file that is one document: `benchmarks[0].requests[3]`. */
  readonly line: number | string;
  private readonly fields: Readonly<Record<string, unknown>>;

  constructor(fields: Readonly<Record<string, unknown>>, file: string, line: number | string) {
    this.fields = fields;
    this.file = file;
    this.line = line;
  }

  /** A number, or text that is one. */
  number(key: string): number {
    const value = this.required(key);
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isFinite(number)) throw this.wrong(key, 'a number', value);
    return number;
  }

  /** A whole number of at least 0. */
  count(key: string): number {
    const number = this.number(key);
    if (!Number.isSafeInteger(number) || number < 0)
      throw this.wrong(key, 'a whole number of at least 0', number);
    return number;
  }

  /** As `number`, where the field may be absent or empty. */
  numberIfThere(key: string): number | undefined {
    const value = this.fields[key];
    return value === undefined || value === null || value === '' ? undefined : this.number(key);
  }

  /** Undefined when absent or empty. */
  text(key: string): string | undefined {
    const value = this.fields[key];
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  /** The field as it stands; undefined when absent. */
  value(key: string): unknown {
    return this.fields[key] ?? undefined;
  }

  /** A field that is an object. */
  child(key: string): TraceRow {
    const value = this.required(key);
    if (typeof value !== 'object' || value === null) throw this.wrong(key, 'an object', value);
    const place = typeof this.line === 'number' ? this.line : `${this.line}.${key}`;
    return new TraceRow({ ...value }, this.file, place);
  }

  /** As `child`, where the field may be absent. */
  childIfThere(key: string): TraceRow | undefined {
    return this.value(key) === undefined ? undefined : this.child(key);
  }

  /** A list of whole numbers: ids. */
  ids(key: string): readonly number[] {
    return this.idsOf(this.required(key), key);
  }

  /** A field that holds lists of ids by name. */
  idLists(key: string, names: readonly string[]): readonly (readonly number[])[] {
    const value = this.required(key);
    if (typeof value !== 'object' || value === null) throw this.wrong(key, 'an object of lists', value);
    const lists = new Map<string, unknown>(Object.entries(value));
    return names.map((name) => this.idsOf(lists.get(name) ?? [], `${key}.${name}`));
  }

  error(code: string, message: string, hint?: string): UserError {
    const { file, line } = this;
    return new UserError({
      code,
      ...(typeof line === 'number'
        ? { message, at: { file, line } }
        : { message: `${line}: ${message}`, at: { file } }),
      ...(hint !== undefined && { hint }),
    });
  }

  private idsOf(value: unknown, key: string): readonly number[] {
    if (!Array.isArray(value)) throw this.wrong(key, 'a list of ids', value);
    const ids: readonly unknown[] = value;
    if (!ids.every(isId)) throw this.wrong(key, 'a list of whole numbers', value);
    return ids;
  }

  private required(key: string): unknown {
    const value = this.fields[key];
    if (value !== undefined && value !== null) return value;
    const near = didYouMean(key, Object.keys(this.fields));
    const has = `the row has ${Object.keys(this.fields).join(', ')}`;
    throw this.error('E_TRACE_FIELD', `"${key}" is missing`, near === undefined ? has : `${near} ${has}`);
  }

  private wrong(key: string, wanted: string, value: unknown): UserError {
    const shown = JSON.stringify(value) ?? 'nothing';
    const short = shown.length > 40 ? `${shown.slice(0, 40)}…` : shown;
    return this.error('E_TRACE_FIELD', `"${key}" must be ${wanted}, not ${short}`);
  }
}

/** The rows of a file of JSON lines; empty lines are passed over. `digest` takes in the lines that were read. */
export function* jsonRows(files: TraceFiles, digest: TextDigest, file?: string): Generator<TraceRow> {
  const name = file === undefined ? files.path : `${files.path}/${file}`;
  let line = 0;
  for (const text of files.lines(file)) {
    line++;
    if (text.trim() === '') continue;
    digest.update(`${text}\n`);
    yield new TraceRow(parseObject(text, name, line), name, line);
  }
}

function parseObject(text: string, file: string, line: number): Record<string, unknown> {
  const value = tryJson(text);
  if (isObject(value)) return value;
  const cutOff = text.trimStart().startsWith('{') && !text.trimEnd().endsWith('}');
  throw new UserError({
    code: 'E_TRACE_LINE',
    message: cutOff ? 'the line is cut off: it is no complete JSON object' : 'the line is no JSON object',
    at: { file, line },
    hint: cutOff
      ? 'copy or download the file again, or remove the line'
      : 'this format has one JSON object per line; is the format right?',
  });
}

function tryJson(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
