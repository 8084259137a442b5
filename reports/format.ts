import type { Metric } from '../documents/metric.ts';

/** Three significant digits, without an exponent: 12.3, 0.123, 1230. */
export function threeDigits(value: number): string {
  const rounded = Number(value.toPrecision(3));
  return Math.abs(rounded) >= 100 || rounded === 0 ? withThousands(rounded) : rounded.toPrecision(3);
}

/** A duration for people: milliseconds below 10 s, else seconds; three significant digits. */
export function formatSeconds(seconds: number): string {
  const milliseconds = Number((seconds * 1000).toPrecision(3));
  return Math.abs(milliseconds) < 10_000 ? `${threeDigits(milliseconds)} ms` : `${threeDigits(seconds)} s`;
}

/** A whole number with commas: 12,031. */
export function formatCount(count: number): string {
  return withThousands(Math.round(count));
}

/** A share as a percentage with one decimal: 0.3736 is `37.4 %`. */
export function formatShare(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** `1 request`, `12,031 requests`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `seed 1`, `seeds 1, 2, 3`. */
export function seedsText(seeds: readonly number[]): string {
  return `seed${seeds.length === 1 ? '' : 's'} ${seeds.join(', ')}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** The value of a metric with its unit. */
export function formatMetric(value: number, unit: Metric['unit']): string {
  switch (unit) {
    case 's':
      return formatSeconds(value);
    case 'share':
      return formatShare(value);
    case '/s':
    case 'tokens/s':
      return threeDigits(value);
  }
}

/** A difference of a metric, signed; of shares in percentage points; of rates to the fourth digit of `value`. */
export function formatDifference(difference: number, unit: Metric['unit'], value: number): string {
  return `${difference < 0 ? '-' : '+'}${sizeOf(Math.abs(difference), unit, value)}`;
}

/** How much larger than 1 a ratio is: `+5.2 %`; from ten times on the ratio itself: `x 12.4`. */
export function formatChange(ratio: number): string {
  if (ratio >= 10) return `x ${ratio.toPrecision(3)}`;
  const percent = ((ratio - 1) * 100).toFixed(1);
  return Number(percent) === 0 ? '0.0 %' : `${ratio > 1 ? '+' : ''}${percent} %`;
}

function sizeOf(size: number, unit: Metric['unit'], value: number): string {
  switch (unit) {
    case 's':
      return formatSeconds(size);
    case 'share':
      return `${(size * 100).toFixed(1)} points`;
    case '/s':
    case 'tokens/s': {
      if (size > value) return threeDigits(size);
      if (value >= 1000) return formatCount(size);
      const [, decimals = ''] = value.toPrecision(4).split('.');
      return decimals.includes('e') ? threeDigits(size) : size.toFixed(decimals.length);
    }
  }
}

/**
 * Both ends of an interval of differences, with the unit once where both have the same: `-410 to -290 ms`. `value` sets
 * the digits, as for differences.
 */
export function formatInterval(
  [low, high]: readonly [number, number],
  unit: Metric['unit'],
  value: number,
): string {
  const ends = [formatDifference(low, unit, value), formatDifference(high, unit, value)];
  const [first = '', second = ''] = ends;
  const unitOf = (text: string): string => /[^\d.,+-].*$/.exec(text)?.[0] ?? '';
  return unitOf(first) === unitOf(second)
    ? `${first.slice(0, first.length - unitOf(first).length)} to ${second}`
    : `${first} to ${second}`;
}

function withThousands(value: number): string {
  return String(value).replaceAll(/\B(?=(?:\d{3})+(?!\d))/g, ',');
}
