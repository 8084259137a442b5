/**
 * The value of an unquoted YAML scalar: undefined for null. Source: go-yaml v2 (resolve.go), as used by
 * sigs.k8s.io/yaml; timestamps stay strings there.
 */
export function resolvePlainScalar(text: string): string | number | boolean | undefined {
  if (NULLS.has(text)) return undefined;
  const known = WORDS.get(text);
  if (known !== undefined) return known;
  if (!/^[-+.0-9]/.test(text)) return text;
  const plain = text.replaceAll('_', '');
  const integer = parseInteger(plain);
  if (integer !== undefined) return integer;
  if (!/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(plain)) return text;
  // A number beyond all floats is none to Go: it stays a text.
  const float = Number(plain);
  return Number.isFinite(float) ? float : text;
}

const NULLS = new Set(['', '~', 'null', 'Null', 'NULL']);

const WORDS: ReadonlyMap<string, boolean | number> = new Map<string, boolean | number>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(
    (word): [string, boolean] => [word, true],
  ),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(
    (word): [string, boolean] => [word, false],
  ),
  ...['.nan', '.NaN', '.NAN'].map((word): [string, number] => [word, NaN]),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word): [string, number] => [word, Infinity]),
  ...['-.inf', '-.Inf', '-.INF'].map((word): [string, number] => [word, -Infinity]),
]);

/** Integers in Go's notations: 12, 0x1f, 0o17, 017, 0b101; undefined when it is none or exceeds 64 bits. */
function parseInteger(text: string): number | undefined {
  const match = /^([-+]?)(?:(0[xX])([0-9a-fA-F]+)|(0[bB])([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/.exec(text);
  if (match === null) return undefined;
  const [, sign, , hex, , binary, octal, decimal] = match;
  const digits = hex ?? binary ?? octal ?? decimal ?? '';
  const radix = hex !== undefined ? 16 : binary !== undefined ? 2 : octal !== undefined ? 8 : 10;
  const value = radix === 10 ? Number(digits) : Number.parseInt(digits, radix);
  if (value >= 2 ** 64) return undefined;
  return sign === '-' ? -value : value;
}
