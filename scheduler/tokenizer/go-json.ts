/** A value as JSON.parse gives it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * The text that Go's json.Marshal gives a value that it decoded before: keys in the order of their UTF-8 bytes, numbers
 * as float64 in their shortest form, and <, >, & and the line separators escaped.
 * Source: encoding/json (encode.go, tables.go) of the Go standard library, 1.26.
 */
export function goJson(value: Json): string {
  const parts: string[] = [];
  // Clients may nest deeper than a stack of calls goes.
  const open: Open[] = [];
  const write = (inner: Json): void => {
    if (typeof inner !== 'object' || inner === null) parts.push(scalar(inner));
    else {
      parts.push(isList(inner) ? '[' : '{');
      open.push({ holder: membersOf(inner), next: 0, close: isList(inner) ? ']' : '}' });
    }
  };
  write(value);
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const member = top.holder[top.next];
    if (member === undefined) {
      parts.push(top.close);
      open.pop();
      continue;
    }
    if (top.next++ > 0) parts.push(',');
    parts.push(member[0]);
    write(member[1]);
  }
  return parts.join('');
}

/** A list or an object that is being written: its members with what stands before each, and the next of them. */
interface Open {
  readonly holder: readonly (readonly [before: string, value: Json])[];
  next: number;
  readonly close: string;
}

function membersOf(value: readonly Json[] | { readonly [key: string]: Json }): Open['holder'] {
  if (isList(value)) return value.map((item): [string, Json] => ['', item]);
  return Object.entries(value)
    .sort(([a], [b]) => compareUtf8(a, b))
    .map(([key, inner]): [string, Json] => [`${goString(key)}:`, inner]);
}

function scalar(value: string | number | boolean | null): string {
  if (typeof value === 'string') return goString(value);
  return Object.is(value, -0) ? '-0' : String(value);
}

/** An object with its members in the order given, as Go writes a struct; undefined members are left out. */
export function goStruct(members: readonly (readonly [name: string, value: Json | undefined])[]): string {
  const texts = members.flatMap(([name, value]) =>
    value === undefined ? [] : [`${goString(name)}:${goJson(value)}`],
  );
  return `{${texts.join(',')}}`;
}

/** Deepest nesting that Go reads. Source: maxNestingDepth in encoding/json (scanner.go) of the Go standard library, 1.26. */
const DEEPEST = 10_000;

/**
 * Whether Go reads a value that JSON.parse reads: every number is finite (1e999 becomes Infinity here, and an error there),
 * and nothing is nested deeper than Go allows.
 */
export function isGoJson(value: Json): boolean {
  let level: Json[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    const below: Json[] = [];
    for (const inner of level) {
      if (typeof inner === 'number' && !Number.isFinite(inner)) return false;
      if (typeof inner !== 'object' || inner === null) continue;
      if (depth >= DEEPEST) return false;
      for (const member of Object.values(inner)) below.push(member);
    }
    level = below;
  }
  return true;
}

export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

function goString(text: string): string {
  // JSON.stringify agrees with Go on quotes, backslashes and control characters; DEL stands unescaped in both.
  // Lone surrogates became U+FFFD when Go decoded them.
  const whole = text.replaceAll(/\p{Surrogate}/gu, '\uFFFD');
  return JSON.stringify(whole).replaceAll(/[<>&\u2028\u2029]/g, (letter) => ESCAPES[letter] ?? letter);
}

/** By code points, which is the order of UTF-8 bytes; < on strings compares UTF-16 units. */
function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) {
      const surrogates = x >= 0xd800 && x <= 0xdfff ? 1 : 0;
      const others = y >= 0xd800 && y <= 0xdfff ? 1 : 0;
      return surrogates === others ? x - y : surrogates - others;
    }
  }
  return a.length - b.length;
}
