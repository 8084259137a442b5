import type { ValuePath } from '../../base/yaml-text.ts';

/** `spec.fleet.pools[0].replicas`; keys that are no plain words stand in brackets and quotes. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      const key = String(part);
      if (!/^[\w-]+$/.test(key)) return `[${JSON.stringify(key)}]`;
      return index === 0 ? key : `.${key}`;
    })
    .join('');
}

/** The keys and indexes of a path as users write it; undefined when it is none. Reads what `formatPath` writes. */
export function parsePath(text: string): ValuePath | undefined {
  const path: (string | number)[] = [];
  let rest = text.trim();
  while (rest !== '') {
    const match = STEP.exec(rest);
    if (match === null) return undefined;
    const [step, key, index, quoted] = match;
    if (key !== undefined && path.length > 0 && !step.startsWith('.')) return undefined;
    if (key !== undefined && path.length === 0 && step.startsWith('.')) return undefined;
    path.push(key ?? (index === undefined ? unquoted(quoted ?? '') : Number(index)));
    rest = rest.slice(step.length);
  }
  return path.length === 0 ? undefined : path;
}

/** A key, an index, or a key in quotes. */
const STEP = /^\.?(?:([\w-]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*"|'[^']*')\])/;

function unquoted(text: string): string {
  return text.startsWith("'") ? text.slice(1, -1) : String(JSON.parse(text));
}

/** Whether `path` is `start` or lies below it. */
export function liesWithin(path: readonly PropertyKey[], start: ValuePath): boolean {
  return start.every((part, index) => String(path[index]) === String(part));
}

/** The value at a path of plain data; undefined where there is none. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const part of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = Reflect.get(current, part);
  }
  return current;
}

/**
 * A copy of `value` with another value at `path`; maps on the way are made where they are missing.
 * Undefined where the path leads through a scalar or to an item that a list does not have.
 */
export function withValueAt(value: unknown, path: ValuePath, replacement: unknown): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return replacement;
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    if (typeof part !== 'number' || part >= items.length) return undefined;
    const inner = withValueAt(items[part], rest, replacement);
    return inner === undefined ? undefined : items.map((item, index) => (index === part ? inner : item));
  }
  if (typeof part === 'number' || (typeof value !== 'object' && value !== undefined)) return undefined;
  const map: Readonly<Record<string, unknown>> = { ...value };
  const inner = withValueAt(map[part], rest, replacement);
  return inner === undefined ? undefined : { ...map, [part]: inner };
}
