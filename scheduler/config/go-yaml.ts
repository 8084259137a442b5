import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Document,
  type Node,
  type Scalar,
  type YAMLMap,
} from 'yaml';

import type { Problem, SourcePosition } from '../../base/user-error.ts';
import { configProblem } from './config-error.ts';
import type { ConfigNode, MapEntry } from './config-node.ts';
import { resolvePlainScalar } from './go-scalar.ts';

/** The tree of the first document and what is wrong with it; the tree is undefined when nothing was written. */
export interface ParsedYaml {
  readonly root: ConfigNode | undefined;
  readonly problems: readonly Problem[];
  /** Roots of the documents after the first, at which the picker does not look. */
  readonly later: readonly (ConfigNode | undefined)[];
  /** Present when the text begins as JSON does and is none. */
  readonly notJson?: Problem;
}

/** Finds the place of a character of the text. */
export type Locate = (offset: number) => SourcePosition;

/**
 * Reads a text as the picker does: sigs.k8s.io/yaml in strict mode, that is YAML 1.1 scalars as go-yaml v2 resolves
 * them, merge keys, no duplicate keys, nothing that JSON cannot say (infinities). Only the first document counts. A text
 * that begins with { is JSON to the picker (k8s.io/apimachinery, runtime/serializer/recognizer): `notJson` says so.
 */
export function parseGoYaml(text: string, file: string, locate?: Locate): ParsedYaml {
  const lines = new LineCounter();
  const json = readJson(text);
  // JSON may be indented with tabs, which YAML frowns upon; inside strings JSON has none, so that places stay.
  const [document, ...rest] = parseAllDocuments(json.isJson ? text.replaceAll('\t', ' ') : text, {
    schema: 'failsafe',
    version: '1.1',
    merge: false,
    uniqueKeys: false,
    lineCounter: lines,
    keepSourceTokens: false,
    logLevel: 'silent',
  }) as Document.Parsed[];
  const place: Locate =
    locate ??
    ((offset) => {
      const { line, col } = lines.linePos(offset);
      return { file, line, column: col };
    });
  const later = rest.map((other) => readDocument(other, place, false).root);
  if (document === undefined) return { root: undefined, problems: [], later };
  const notJson =
    json.brokenAt === undefined
      ? {}
      : {
          notJson: configProblem(
            'decode',
            place(json.brokenAt),
            'a text that begins with { is read as JSON, and this is none',
            'put keys and strings in double quotes, or write block-style YAML',
          ),
        };
  return { ...readDocument(document, place, json.isJson), later, ...notJson };
}

function readDocument(
  document: Document.Parsed,
  place: Locate,
  isJson: boolean,
): Pick<ParsedYaml, 'root' | 'problems'> {
  const problems = document.errors.map((error) =>
    configProblem(
      'decode',
      place(error.pos[0]),
      (error.message.split('\n')[0] ?? '').replace(/ at line.*$/, ''),
    ),
  );
  if (problems.length > 0 || document.contents === null) return { root: undefined, problems };
  const root = new TreeBuilder(document, place, problems, isJson).node(document.contents, new Set());
  const nothing = root.kind === 'scalar' && root.value === undefined;
  return { root: nothing ? undefined : root, problems };
}

/** Whether a text that begins with { is JSON, and if not, where it stops to be. */
function readJson(text: string): { readonly isJson: boolean; readonly brokenAt?: number } {
  if (!/^\s*\{/.test(text)) return { isJson: false };
  try {
    JSON.parse(text);
    return { isJson: true };
  } catch (error) {
    const at = /position (\d+)/.exec(error instanceof Error ? error.message : '');
    return { isJson: false, brokenAt: Number(at?.[1] ?? 0) };
  }
}

class TreeBuilder {
  private readonly document: Document.Parsed;
  private readonly place: Locate;
  private readonly problems: Problem[];
  private readonly isJson: boolean;

  constructor(document: Document.Parsed, place: Locate, problems: Problem[], isJson: boolean) {
    this.document = document;
    this.place = place;
    this.problems = problems;
    this.isJson = isJson;
  }

  /** `open`: the nodes that this one lies in, by which an alias that contains itself is seen. */
  node(node: Node | null, open: ReadonlySet<Node>): ConfigNode {
    const at = this.place(node?.range?.[0] ?? 0);
    if (isAlias(node)) {
      const target = node.resolve(this.document) as Node | undefined;
      if (target === undefined || open.has(target)) {
        this.problems.push(configProblem('decode', at, `the alias *${node.source} has no anchor before it`));
        return { kind: 'scalar', at, value: undefined, text: '' };
      }
      return this.node(target, open);
    }
    if (isMap(node)) return { kind: 'map', at, entries: this.entries(node, new Set([...open, node])) };
    if (isSeq(node)) {
      const inside = new Set([...open, node]);
      return { kind: 'list', at, items: node.items.map((item) => this.node(item as Node, inside)) };
    }
    if (!isScalar(node)) return { kind: 'scalar', at, value: undefined, text: '' };
    const text = typeof node.value === 'string' ? node.value : (node.source ?? '');
    const plain = node.type === 'PLAIN' && (node.tag === undefined || !node.tag.endsWith(':str'));
    const value = plain || node.value === null ? resolvePlainScalar(text) : text;
    if (typeof value === 'number' && !Number.isFinite(value))
      this.problems.push(configProblem('decode', at, `${text} cannot be used as a value`));
    const fraction = this.isJson && typeof value === 'number' && /[.eE]/.test(text);
    return { kind: 'scalar', at, value, text, ...(fraction && { fraction }) };
  }

  private entries(map: YAMLMap, open: ReadonlySet<Node>): MapEntry[] {
    const own: MapEntry[] = [];
    const merged: MapEntry[] = [];
    const seen = new Set<string>();
    for (const pair of map.items) {
      const keyNode = pair.key as Node;
      const at = this.place(keyNode.range?.[0] ?? 0);
      const key = isScalar<string>(keyNode) ? nameOf(keyNode) : undefined;
      if (key === undefined) {
        this.problems.push(configProblem('decode', at, 'a key must be a scalar, and not null'));
        continue;
      }
      const value = this.node(pair.value as Node | null, open);
      if (key === '<<' && isScalar(keyNode) && keyNode.type === 'PLAIN') {
        merged.push(...this.merged(value));
        continue;
      }
      if (seen.has(key)) this.problems.push(configProblem('decode', at, `the key "${key}" is there twice`));
      seen.add(key);
      own.push({ key, at, value });
    }
    for (const entry of merged) {
      if (seen.has(entry.key)) continue;
      seen.add(entry.key);
      own.push(entry);
    }
    return own;
  }

  /** What a merge key brings: a map, or a list of maps of which the first to name a key wins. */
  private merged(value: ConfigNode): readonly MapEntry[] {
    if (value.kind === 'map') return value.entries;
    if (value.kind === 'list' && value.items.every((item) => item.kind === 'map'))
      return value.items.flatMap((item) => (item.kind === 'map' ? item.entries : []));
    this.problems.push(configProblem('decode', value.at, 'a merge key needs a map'));
    return [];
  }
}

/** A key as JSON has it: unquoted numbers and booleans become their text; undefined for null. */
function nameOf({ value, type, tag }: Scalar<string>): string | undefined {
  const text = value ?? '';
  if (type !== 'PLAIN' || tag?.endsWith(':str') === true) return text;
  const resolved = resolvePlainScalar(text);
  return resolved === undefined ? undefined : String(resolved);
}
