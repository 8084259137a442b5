import { figureNamed, figurePath, type Figure } from '../../documents/figure.ts';
import { JUDGED_METRICS, METRICS } from '../../documents/metric.ts';
import type { Threshold } from '../../documents/threshold.ts';

/** A figure that candidates are judged on. */
export interface GateFigure {
  readonly path: string;
  readonly figure: Figure;
  readonly better: 'lower' | 'higher';
}

/** The figures named in thresholds, each once, the direction being that of its limit; without any, the usual ones. */
export function gateFigures(thresholds: readonly Threshold[]): GateFigure[] {
  if (thresholds.length === 0)
    return JUDGED_METRICS.map((path) => ({
      path,
      figure: figureNamed(path),
      better: METRICS.find((metric) => metric.path === path)?.better ?? 'lower',
    }));
  const named = new Map(
    thresholds.map((threshold): [string, GateFigure] => {
      const path = figurePath(threshold);
      const isCeiling = threshold.operator === '<' || threshold.operator === '<=';
      return [path, { path, figure: figureNamed(path), better: isCeiling ? 'lower' : 'higher' }];
    }),
  );
  return [...named.values()];
}
