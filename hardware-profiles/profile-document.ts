import { isMap, isPair, LineCounter, parseDocument, type Document } from 'yaml';
import type * as z from 'zod';

import { didYouMean } from '../base/nearest.ts';
import { throwProblems, type Problem, type SourcePosition } from '../base/user-error.ts';
import type { ProfileText } from './profile-source.ts';

/**
 * The value of a YAML profile, checked against its schema. Every mistake in the file becomes one Problem with line and
 * column; all of them are thrown together. A `source` that names an entry of the file's `sources` is replaced by it.
 */
export function parseProfile<Schema extends z.ZodType>(
  { file, text }: ProfileText,
  schema: Schema,
): z.output<Schema> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  throwProblems(
    document.errors.map((error) => ({
      code: 'E_YAML',
      message: error.message.split('\n')[0] ?? error.code,
      at: position(file, lines, error.pos[0]),
    })),
  );
  const result = schema.safeParse(document.toJS());
  if (result.success) return named(result.data, sourcesOf(document));
  throwProblems(result.error.issues.flatMap((issue) => problemsOf(issue, document, file, lines)));
  return undefined as never;
}

function problemsOf(
  issue: z.core.$ZodIssue,
  document: Document,
  file: string,
  lines: LineCounter,
): Problem[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      code: 'E_UNKNOWN_KEY',
      message: `${[...path, key].join('.')} is not a key of this profile`,
      at: position(file, lines, offsetOf(document, [...path, key], true)),
      ...hintOf(key, document, path),
    }));
  return [
    {
      code: 'E_PROFILE',
      message: `${path.length === 0 ? 'the profile' : path.join('.')}: ${issue.message}`,
      at: position(file, lines, offsetOf(document, path, false)),
    },
  ];
}

function hintOf(key: string, document: Document, path: readonly (string | number)[]): { hint?: string } {
  const parent: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  const siblings = isMap(parent) ? parent.items.map((pair) => String(pair.key)) : [];
  const hint = didYouMean(
    key,
    siblings.filter((name) => name !== key),
  );
  return hint === undefined ? {} : { hint };
}

/** Offset of the node at `path`, or of the nearest ancestor that exists. */
function offsetOf(document: Document, path: readonly (string | number)[], ofKey: boolean): number {
  for (let length = path.length; length >= 0; length--) {
    const part = path.slice(0, length);
    if (ofKey && length === path.length) {
      const parent: unknown = length === 1 ? document.contents : document.getIn(part.slice(0, -1), true);
      const pair = isMap(parent)
        ? parent.items.find((item) => String(item.key) === String(part.at(-1)))
        : undefined;
      const offset = isPair(pair) ? rangeStart(pair.key) : undefined;
      if (offset !== undefined) return offset;
    }
    const offset = rangeStart(length === 0 ? document.contents : document.getIn(part, true));
    if (offset !== undefined) return offset;
  }
  return 0;
}

function rangeStart(node: unknown): number | undefined {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
    ? Number(node.range[0])
    : undefined;
}

function position(file: string, lines: LineCounter, offset: number): SourcePosition {
  const { line, col } = lines.linePos(offset);
  return { file, line, column: col };
}

function sourcesOf(document: Document): ReadonlyMap<string, string> {
  const sources: unknown = document.get('sources');
  return new Map(isMap(sources) ? sources.items.map((pair) => [String(pair.key), String(pair.value)]) : []);
}

/** The same value with every `source` that names an entry of `sources` written out. */
function named<Value>(value: Value, sources: ReadonlyMap<string, string>): Value {
  const visit = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(visit);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(
      Object.entries(part).map(([key, inner]) => [
        key,
        key === 'source' && typeof inner === 'string' ? (sources.get(inner) ?? inner) : visit(inner),
      ]),
    );
  };
  return visit(value) as Value;
}
