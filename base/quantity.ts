/** What a quantity measures; the value is returned in the unit named here. */
export type QuantityKind = 'seconds' | 'bytes' | 'bytesPerSecond' | 'flopPerSecond' | 'hertz' | 'watts';

/**
 * The number that a text such as "250ms", "80GiB", "400Gbit/s", "989Tflop/s" stands for, in the kind's own unit.
 * Undefined when the text is no such quantity: the caller knows file and line and reports it.
 */
export function parseQuantity(text: string, kind: QuantityKind): number | undefined {
  const match = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([^\s\d].*?)\s*$/i.exec(text);
  const factor = match === null ? undefined : UNITS[kind].get(match[2] ?? '');
  return match === null || factor === undefined ? undefined : Number(match[1]) * factor;
}

/** The unit texts that a kind accepts, for messages: `ns, us, ms, s, min, h, d`. */
export function unitsOf(kind: QuantityKind): string {
  return [...UNITS[kind].keys()].join(', ');
}

const DECIMAL: readonly [string, number][] = [
  ['', 1],
  ['k', 1e3],
  ['M', 1e6],
  ['G', 1e9],
  ['T', 1e12],
  ['P', 1e15],
];
const BINARY: readonly [string, number][] = [
  ['Ki', 2 ** 10],
  ['Mi', 2 ** 20],
  ['Gi', 2 ** 30],
  ['Ti', 2 ** 40],
];

const UNITS: Readonly<Record<QuantityKind, ReadonlyMap<string, number>>> = {
  seconds: new Map([
    ['ns', 1e-9],
    ['us', 1e-6],
    ['µs', 1e-6],
    ['ms', 1e-3],
    ['s', 1],
    ['min', 60],
    ['m', 60],
    ['h', 3600],
    ['d', 86400],
  ]),
  bytes: prefixed('B', [...DECIMAL, ...BINARY]),
  bytesPerSecond: new Map([
    ...prefixed('B/s', [...DECIMAL, ...BINARY]),
    ...[...prefixed('bit/s', DECIMAL)].map(([unit, factor]): [string, number] => [unit, factor / 8]),
  ]),
  flopPerSecond: prefixed('flop/s', DECIMAL),
  hertz: prefixed('Hz', DECIMAL),
  watts: prefixed('W', DECIMAL),
};

function prefixed(unit: string, prefixes: readonly [string, number][]): Map<string, number> {
  return new Map(prefixes.map(([prefix, factor]) => [`${prefix}${unit}`, factor]));
}
