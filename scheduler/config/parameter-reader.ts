import { didYouMean } from '../../base/nearest.ts';
import type { Seconds } from '../../base/units.ts';
import type { Problem, SourcePosition } from '../../base/user-error.ts';
import { configProblem, type ConfigErrorClass } from './config-error.ts';
import { describeNode, type ConfigNode, type MapEntry, type ScalarNode } from './config-node.ts';
import { parseGoDuration } from './go-duration.ts';

/**
 * Reads one map of a configuration as Go's strict JSON decoder does: keys match without regard to case, a null leaves
 * the default, an unknown key or a value of another type is a mistake. Mistakes are collected, not thrown; every
 * question is still answered, with the fallback.
 */
export class ParameterReader {
  private readonly node: ConfigNode | undefined;
  private readonly problems: Problem[];
  private readonly path: string;
  private readonly at: SourcePosition;
  private readonly kind: ConfigErrorClass;
  private readonly asked = new Map<string, string>();
  private readonly children: ParameterReader[] = [];

  /**
   * `at`: the place to blame when there is no node. `path` stands before keys in messages. `kind`: the outer schema
   * (`decode`) is read with the case of keys, parameters of plugins without.
   */
  constructor(
    node: ConfigNode | undefined,
    at: SourcePosition,
    path: string,
    problems: Problem[],
    kind: ConfigErrorClass = 'plugin-parameters',
  ) {
    this.kind = kind;
    this.problems = problems;
    this.path = path;
    this.at = node?.at ?? at;
    const nothing = node === undefined || (node.kind === 'scalar' && node.value === undefined);
    this.node = nothing ? undefined : node;
    if (this.node !== undefined && this.node.kind !== 'map') {
      this.report(this.node.at, `${path} must be a map, not ${describeNode(this.node)}`);
      this.node = undefined;
    }
  }

  /** Whether anything was given at all. */
  get given(): boolean {
    return this.node !== undefined;
  }

  /** Whether the key is there with a value other than null. */
  has(key: string): boolean {
    return this.entry(key) !== undefined;
  }

  int(key: string): number | undefined;
  int(key: string, fallback: number): number;
  int(key: string, fallback?: number): number | undefined {
    return this.scalar(key, fallback, 'an integer', (value, { fraction }) =>
      typeof value === 'number' &&
      Number.isInteger(value) &&
      Math.abs(value) < 2 ** 63 &&
      fraction === undefined
        ? value
        : undefined,
    );
  }

  float(key: string): number | undefined;
  float(key: string, fallback: number): number;
  float(key: string, fallback?: number): number | undefined {
    return this.scalar(key, fallback, 'a number', (value) => (typeof value === 'number' ? value : undefined));
  }

  string(key: string): string | undefined;
  string(key: string, fallback: string): string;
  string(key: string, fallback?: string): string | undefined {
    return this.scalar(key, fallback, 'a string', (value) => (typeof value === 'string' ? value : undefined));
  }

  bool(key: string): boolean | undefined;
  bool(key: string, fallback: boolean): boolean;
  bool(key: string, fallback?: boolean): boolean | undefined {
    return this.scalar(key, fallback, 'true or false', (value) =>
      typeof value === 'boolean' ? value : undefined,
    );
  }

  /** A Go duration ("1.5s", "2m30s") in seconds. */
  duration(key: string): Seconds | undefined;
  duration(key: string, fallback: Seconds): Seconds;
  duration(key: string, fallback?: Seconds): Seconds | undefined {
    return this.scalar(key, fallback, 'a duration such as "500ms" or "1m30s"', (value) =>
      typeof value === 'string' ? parseGoDuration(value) : undefined,
    );
  }

  /** A list of strings; undefined when absent. */
  strings(key: string): string[] | undefined {
    const items = this.items(key);
    return items?.map((item) => {
      if (item.kind === 'scalar' && typeof item.value === 'string') return item.value;
      if (item.kind !== 'scalar' || item.value !== undefined)
        this.report(item.at, `${this.path}.${key} must hold strings, not ${describeNode(item)}`);
      return '';
    });
  }

  /** A map from names to strings; undefined when absent. */
  stringMap(key: string): Map<string, string> | undefined {
    const entry = this.entry(key);
    if (entry === undefined) return undefined;
    if (entry.value.kind !== 'map') {
      this.wrongType(entry, 'a map');
      return undefined;
    }
    const map = new Map<string, string>();
    for (const { key: name, value } of entry.value.entries) {
      if (value.kind === 'scalar' && typeof value.value === 'string') map.set(name, value.value);
      else if (value.kind === 'scalar' && value.value === undefined) map.set(name, '');
      else
        this.report(
          value.at,
          `${this.path}.${entry.key}.${name} must be a string, not ${describeNode(value)}`,
        );
    }
    return map;
  }

  /** The map under a key; a reader without anything in it when absent (see `given`). */
  object(key: string): ParameterReader {
    const entry = this.entry(key);
    const child = new ParameterReader(
      entry?.value,
      entry?.at ?? this.at,
      `${this.path}.${entry?.key ?? key}`,
      this.problems,
      this.kind,
    );
    this.children.push(child);
    return child;
  }

  /** The maps of a list; undefined when absent. */
  objects(key: string): ParameterReader[] | undefined {
    return this.items(key)?.map((item, index) => {
      const child = new ParameterReader(
        item,
        item.at,
        `${this.path}.${key}[${index}]`,
        this.problems,
        this.kind,
      );
      this.children.push(child);
      return child;
    });
  }

  /** What stands under a key, as written. */
  raw(key: string): ConfigNode | undefined {
    return this.entry(key)?.value;
  }

  /** Where a key stands, or else the map. */
  position(key?: string): SourcePosition {
    return (key === undefined ? undefined : this.entry(key)?.value.at) ?? this.at;
  }

  /** Says that a key is known and its content of no interest. */
  ignore(...keys: readonly string[]): void {
    for (const key of keys) this.asked.set(this.folded(key), key);
  }

  /** Reports a value that has the right type and is wrong nevertheless. */
  refuse(key: string | undefined, message: string, hint?: string): void {
    const entry = key === undefined ? undefined : this.entry(key);
    const where = key === undefined ? this.path : `${this.path}.${entry?.key ?? key}`;
    this.report(entry?.value.at ?? this.at, `${where} ${message}`, hint);
  }

  /** Reports the keys that nobody asked for, here and below. Call once, when everything has been read. */
  finish(): void {
    for (const child of this.children) child.finish();
    if (this.node?.kind !== 'map') return;
    for (const { key, at } of this.node.entries) {
      if (this.asked.has(this.folded(key))) continue;
      this.report(at, `${this.path} has no key "${key}"`, didYouMean(key, [...this.asked.values()]));
    }
  }

  private items(key: string): readonly ConfigNode[] | undefined {
    const entry = this.entry(key);
    if (entry === undefined) return undefined;
    if (entry.value.kind === 'list') return entry.value.items;
    this.wrongType(entry, 'a list');
    return undefined;
  }

  private scalar<T>(
    key: string,
    fallback: T | undefined,
    wanted: string,
    read: (value: string | number | boolean, node: ScalarNode) => T | undefined,
  ): T | undefined {
    const entry = this.entry(key);
    if (entry === undefined) return fallback;
    const { value } = entry;
    const result =
      value.kind === 'scalar' && value.value !== undefined ? read(value.value, value) : undefined;
    if (result === undefined) this.wrongType(entry, wanted);
    return result ?? fallback;
  }

  /** The last entry that matches: an exact match does not win over a later one of another case. */
  private entry(key: string): MapEntry | undefined {
    const folded = this.folded(key);
    this.asked.set(folded, key);
    if (this.node?.kind !== 'map') return undefined;
    const entry = this.node.entries.findLast((candidate) => this.folded(candidate.key) === folded);
    if (entry?.value.kind === 'scalar' && entry.value.value === undefined) return undefined;
    return entry;
  }

  private wrongType(entry: MapEntry, wanted: string): void {
    this.report(
      entry.value.at,
      `${this.path}.${entry.key} must be ${wanted}, not ${describeNode(entry.value)}`,
    );
  }

  private report(at: SourcePosition, message: string, hint?: string): void {
    this.problems.push(configProblem(this.kind, at, message, hint));
  }

  private folded(key: string): string {
    return this.kind === 'decode' ? key : key.toLowerCase();
  }
}
