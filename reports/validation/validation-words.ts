import { grouped } from '../../base/grouped.ts';
import { kindOfReason } from '../../documents/kind-of-reason.ts';
import type { ErrorFigures, ValidationReport, ValidationSummary } from '../../documents/validation-report.ts';

/** What a table shows of one set of errors: a row of the summary, or a goal. */
export type Score = ErrorFigures & Pick<ValidationSummary, 'split'>;

/** A metric in a narrow column. */
export function metricName(metric: string): string {
  return SHORT_NAMES[metric] ?? metric;
}

const SHORT_NAMES: Readonly<Record<string, string>> = {
  'throughput.requestsPerSecond': 'requests/s',
  'throughput.outputTokensPerSecond': 'output tokens/s',
};

/** `+3.4%`: percent with one decimal, none from 100 on. */
export function signedPercent(error: number): string {
  return `${error < 0 ? '-' : '+'}${percent(Math.abs(error))}`;
}

/** `3.4%`. */
export function percent(error: number): string {
  return `${(error * 100).toFixed(error >= 1 ? 0 : 1)}%`;
}

/** Number of (model, GPU); `~` before it where there are too few to say much. */
export function pairsText({ pairs, indicative }: Score): string {
  return `${indicative ? '~' : ''}${pairs}`;
}

/** Distinct (model, GPU) that were scored. */
export function pairsOf({ cells }: Pick<ValidationReport, 'cells'>): number {
  return new Set(cells.map(({ model, hardware }) => `${model} ${hardware}`)).size;
}

/** What was not scored, by reason; reasons that differ in a figure or a name alone are one for the eye. */
export function reasonsOf({
  notScored,
}: Pick<ValidationReport, 'notScored'>): { readonly reason: string; readonly ids: readonly string[] }[] {
  const reasons = grouped(notScored, ({ reason }) => kindOfReason(reason));
  return [...reasons].map(([reason, own]) => ({ reason, ids: own.map(({ id }) => id) }));
}
