import type { Difference } from './family.ts';

/**
 * Where two plain values differ. Whole numbers are equal or not; others within 1e-9, relative (absolute below 1). A key
 * that is absent, undefined or null means none. Lists have an order, objects have not.
 */
export function deepDifferences(expected: unknown, actual: unknown, cause: string, field = ''): Difference[] {
  const wanted = fromJson(expected);
  const got = fromJson(actual);
  if (typeof wanted === 'number' && typeof got === 'number')
    return sameNumber(wanted, got) ? [] : [{ field, expected, actual, cause }];
  if (Array.isArray(wanted) && Array.isArray(got)) {
    const lengths =
      wanted.length === got.length
        ? []
        : [{ field: `${field}.length`, expected: wanted.length, actual: got.length, cause }];
    return [
      ...lengths,
      ...wanted.flatMap((value, i) =>
        i < got.length ? deepDifferences(value, got[i], cause, `${field}[${i}]`) : [],
      ),
    ];
  }
  if (isRecord(wanted) && isRecord(got)) {
    const keys = new Set([...Object.keys(wanted), ...Object.keys(got)]);
    return [...keys].flatMap((key) =>
      deepDifferences(wanted[key], got[key], cause, field === '' ? key : `${field}.${key}`),
    );
  }
  return wanted === got ? [] : [{ field, expected, actual, cause }];
}

/** Values that JSON lacks are written as texts. */
function fromJson(value: unknown): unknown {
  if (value === 'NaN') return NaN;
  if (value === '+Inf') return Infinity;
  if (value === '-Inf') return -Infinity;
  return value ?? undefined;
}

function sameNumber(expected: number, actual: number): boolean {
  if (Object.is(expected, actual) || expected === actual) return true;
  if (Number.isInteger(expected) && Number.isInteger(actual)) return false;
  return Math.abs(expected - actual) <= 1e-9 * Math.max(1, Math.abs(expected));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
