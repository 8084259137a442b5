import {
  LATENCY_FAMILIES,
  type LatencyFamily,
  type ModelError,
  type Regime,
  type Residual,
} from '../documents/model-error.ts';
import { metricAt } from '../documents/metric.ts';
import type { Band, RunEntry } from '../documents/run-report.ts';
import { ENOUGH_PAIRS, type AccuracyClass } from '../documents/validation-report.ts';
import { exp } from '../base/math.ts';
import { quantile } from '../base/quantile.ts';
import { queueShareOf, regimeOf } from './queue-share.ts';

/** Share of comparisons that a band is meant to hold. */
const BAND_LEVEL = 0.8;

/** With fewer comparisons, or fewer pairs than say something about the next one, a wider group stands for a narrow one. */
const ENOUGH_COMPARISONS = 10;

/**
 * The band around each latency of a policy: the middle 80 % of (figure of a seed) / (predicted / measured), over all its
 * seeds and all residuals of forecasts of its class under such a load. None where nothing was compared; no TTFT and E2E for
 * a fleet that is unstable, for those have no steady value.
 */
export function modelErrorBands(
  /** One per seed. */
  entries: readonly RunEntry[],
  accuracyClass: AccuracyClass,
  { residuals }: Pick<ModelError, 'residuals'>,
): Band[] {
  const [first] = entries;
  if (first === undefined) return [];
  const unstable = entries.some(({ verdict }) => verdict === 'unstable');
  const regime = regimeOfRuns(entries);
  return LATENCY_FAMILIES.flatMap((family) => {
    const residual = residualOf(residuals, family, accuracyClass, regime);
    if (residual === undefined || (unstable && family !== 'tpot')) return [];
    return (['p50', 'p90', 'p99'] as const).flatMap((statistic): Band[] => {
      const metric = `${family}.${statistic}`;
      const values = entries.flatMap((entry) => metricAt(entry, metric) ?? []);
      if (values.length < entries.length) return [];
      const measured = values
        .flatMap((value) => residual.logErrors.map((error) => value / exp(error)))
        .sort((a, b) => a - b);
      return [
        {
          policy: first.policy,
          metric,
          low: quantile(measured, (1 - BAND_LEVEL) / 2),
          high: quantile(measured, (1 + BAND_LEVEL) / 2),
          level: BAND_LEVEL,
          count: residual.count,
          pairs: residual.pairs,
          ...(residual.class !== undefined && { class: residual.class }),
          ...(residual.regime !== undefined && { regime: residual.regime }),
          indicative: residual.pairs < ENOUGH_PAIRS,
        },
      ];
    });
  });
}

function regimeOfRuns(entries: readonly RunEntry[]): Regime {
  const queueing = entries.some(
    (entry) => entry.verdict !== 'stable' || regimeOf(queueShareOf(entry) ?? 0) === 'queueing',
  );
  return queueing ? 'queueing' : 'light';
}

/** The narrowest group with enough behind it: class and regime, regime, everything. */
function residualOf(
  residuals: readonly Residual[],
  family: LatencyFamily,
  accuracyClass: AccuracyClass,
  regime: Regime,
): Residual | undefined {
  const groups = [
    { class: accuracyClass, regime },
    { class: undefined, regime },
    { class: undefined, regime: undefined },
  ];
  const found = groups.flatMap(
    (group) =>
      residuals.find(
        (one) => one.family === family && one.class === group.class && one.regime === group.regime,
      ) ?? [],
  );
  return (
    found.find(({ count, pairs }) => count >= ENOUGH_COMPARISONS && pairs >= ENOUGH_PAIRS) ?? found.at(-1)
  );
}
