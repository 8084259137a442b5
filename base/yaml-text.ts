import { isAlias, isMap, isNode, isSeq, LineCounter, parseDocument, type Document } from 'yaml';

import type { Problem, SourcePosition } from './user-error.ts';

/** Keys and indexes from the root of a document to a value in it. */
export type ValuePath = readonly (string | number)[];

/** A YAML (or JSON) text that knows where each of its values stands. */
export interface YamlText {
  readonly file: string;
  readonly value: unknown;
  /** What keeps the text from being YAML: duplicate keys and several documents included. */
  readonly problems: readonly Problem[];
  /** Of the value at `path`, of its key, or of the nearest ancestor that the text has. */
  readonly positionOf: (path: ValuePath, of?: 'value' | 'key') => SourcePosition;
}

/** Parses YAML 1.2. Never throws: what is wrong stands in `problems`. */
export function parseYaml(file: string, text: string): YamlText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const at = (offset: number): SourcePosition => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const problems = document.errors.map((error) => ({
    code: 'E_YAML',
    message: firstLine(error.message),
    at: at(error.pos[0]),
    hint:
      YAML_HINTS.get(error.code) ??
      'the text is not YAML from here on: look at indentation, quotes and brackets',
  }));
  return {
    file,
    problems,
    value: problems.length > 0 ? undefined : document.toJS(),
    positionOf: (path, of = 'value') => at(offsetOf(document, path, of) ?? 0),
  };
}

const YAML_HINTS: ReadonlyMap<string, string> = new Map([
  ['DUPLICATE_KEY', 'keep one of the two'],
  ['MULTIPLE_DOCS', 'keep the first document of the file (what stands before the line ---)'],
  ['TAB_AS_INDENT', 'indent with spaces'],
]);

/** The message of a YAML error goes on with the place, and the line itself. */
function firstLine(message: string): string {
  return (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '');
}

function offsetOf(document: Document, path: ValuePath, of: 'value' | 'key'): number | undefined {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const [depth, part] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(key) === String(part));
      if (pair === undefined) return offset;
      const last = depth === path.length - 1;
      offset = (last && of === 'key' ? undefined : startOf(pair.value)) ?? startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      if (node === undefined) return offset;
      offset = startOf(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
