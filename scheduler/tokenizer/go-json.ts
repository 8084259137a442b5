/** A value as JSON.parse gives it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * The text that Go's json.Marshal gives a value that it decoded before: keys in the order of their UTF-8 bytes, numbers
 * as float64 in their shortest form, and <, >, & and the line separators escaped.
 * Source: encoding/json (encode.go, tables.go) of the Go standard library, 1.26.
 */
export function goJson(value: Json): string {
  switch (typeof value) {
    case 'string':
      return goString(value);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'boolean':
      return String(value);
    default:
      break;
  }
  if (value === null) return 'null';
  if (isList(value)) return `[${value.map(goJson).join(',')}]`;
  const members = Object.entries(value)
    .sort(([a], [b]) => compareUtf8(a, b))
    .map(([key, inner]) => `${goString(key)}:${goJson(inner)}`);
  return `{${members.join(',')}}`;
}

/** An object with its members in the order given, as Go writes a struct; undefined members are left out. */
export function goStruct(members: readonly (readonly [name: string, value: Json | undefined])[]): string {
  const texts = members.flatMap(([name, value]) =>
    value === undefined ? [] : [`${goString(name)}:${goJson(value)}`],
  );
  return `{${texts.join(',')}}`;
}

/** Whether every number is one that Go can hold: JSON.parse turns 1e999 into Infinity, Go refuses it. */
export function isFiniteJson(value: Json): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every(isFiniteJson);
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
