import { formatCount, formatSeconds, formatShare, threeDigits } from './format.ts';
import type { PolicyFigures } from './policy-figures.ts';

/** A figure of every policy, ready to print; undefined = that policy has none. */
export interface FigureRow {
  readonly label: string;
  readonly values: readonly (string | undefined)[];
}

/** The rows of the table of figures, without those that no policy has; `policies` in the order of the columns. */
export function figureRows(policies: readonly PolicyFigures[]): FigureRow[] {
  const row = (label: string, value: (policy: PolicyFigures) => string | undefined): FigureRow => ({
    label,
    values: policies.map(value),
  });
  const figure = (label: string, path: string, format: (value: number) => string): FigureRow =>
    row(label, (policy) => {
      const value = policy.steadyValue(path);
      return value === undefined ? undefined : format(value);
    });
  const unlessZero = (label: string, path: string): FigureRow[] =>
    policies.some((policy) => (policy.value(path) ?? 0) > 0) ? [figure(label, path, formatCount)] : [];
  return [
    row('verdict', ({ verdict }) => verdict),
    ...(['ttft', 'tpot', 'e2e'] as const).flatMap((name) =>
      (['p50', 'p90', 'p99'] as const).map((statistic) =>
        figure(`${name.toUpperCase()} ${statistic.toUpperCase()}`, `${name}.${statistic}`, formatSeconds),
      ),
    ),
    figure('requests/s', 'throughput.requestsPerSecond', threeDigits),
    figure('output tokens/s', 'throughput.outputTokensPerSecond', threeDigits),
    figure('goodput/s', 'goodput.requestsPerSecond', threeDigits),
    figure('attainment', 'goodput.attainment', formatShare),
    figure('  at least', 'goodput.attainmentLowerBound', formatShare),
    row('meets the SLO', ({ entries }) => {
      if (entries.some(({ goodput }) => goodput?.meetsSlo === undefined)) return undefined;
      return entries.every(({ goodput }) => goodput?.meetsSlo === true) ? 'yes' : 'no';
    }),
    figure('prefix hit rate', 'prefixCache.hitRate', formatShare),
    row('queue in TTFT', (policy) => {
      const queue = policy.steadyValue('queueTime.mean');
      const ttft = policy.steadyValue('ttft.mean');
      return queue === undefined || ttft === undefined || ttft === 0 ? undefined : formatShare(queue / ttft);
    }),
    figure('completed', 'requests.completed', formatCount),
    ...unlessZero('rejected', 'requests.rejected'),
    ...unlessZero('failed', 'requests.failed'),
    ...unlessZero('timed out', 'requests.timedOut'),
    ...unlessZero('cancelled', 'requests.cancelled'),
    ...unlessZero('unfinished', 'requests.unfinished'),
    ...unlessZero('preemptions', 'preemptions'),
    figure('USD/hour', 'cost.usdPerHour', threeDigits),
    figure('USD/M tokens in', 'cost.usdPerMillionInputTokens', threeDigits),
    figure('USD/M tokens out', 'cost.usdPerMillionOutputTokens', threeDigits),
  ].filter(({ values }) => values.some((value) => value !== undefined));
}
