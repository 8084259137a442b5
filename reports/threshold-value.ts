import type { ThresholdResult } from '../documents/run-report.ts';
import { formatCount, formatMetric, threeDigits } from './format.ts';

/** The value that a threshold was held against, with the unit of its metric; with the limit where that depends on a baseline. */
export function thresholdValue({ expression, value, limit }: ThresholdResult): string {
  const held = value === undefined ? 'no steady value' : valueText(expression, value);
  const relative = /baseline(?:\s*\*\s*([\d.]+))?/.exec(expression);
  if (relative === null) return held;
  if (limit === undefined) return `${held}; the baseline has no steady value`;
  const factor = Number(relative[1] ?? 1);
  const reference = valueText(expression, limit / factor);
  return factor === 1
    ? `${held}, baseline ${reference}`
    : `${held}, limit ${valueText(expression, limit)} = ${reference} x ${factor}`;
}

function valueText(expression: string, value: number): string {
  if (/^(ttft|tpot|itl|e2e|queue|gateway)/.test(expression)) return formatMetric(value, 's');
  if (/^(goodput.attainment|prefix)/.test(expression)) return formatMetric(value, 'share');
  return /^(requests|preemptions)/.test(expression) ? formatCount(value) : threeDigits(value);
}
