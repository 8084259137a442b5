import type { ThresholdResult } from '../documents/run-report.ts';
import { formatCount, formatMetric, threeDigits } from './format.ts';

/** The value that a threshold was held against, with the unit of its metric. */
export function thresholdValue({ expression, value }: ThresholdResult): string {
  if (value === undefined) return 'no steady value';
  if (/^(ttft|tpot|itl|e2e|queue|gateway)/.test(expression)) return formatMetric(value, 's');
  if (/^(goodput.attainment|prefix)/.test(expression)) return formatMetric(value, 'share');
  return /^(requests|preemptions)/.test(expression) ? formatCount(value) : threeDigits(value);
}
