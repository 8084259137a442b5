import { metricAt, type Metric } from '../documents/metric.ts';
import type { Comparison } from '../documents/run-report.ts';
import { comparisonVerdict, differenceInterval } from './interval.ts';
import { meanOfAll } from './mean.ts';
import type { PolicyRuns } from './policy-runs.ts';
import type { PolicyDraws } from './resample.ts';

/**
 * The comparison of two policies in one metric: values are means over the seeds, the interval comes from the draws of a
 * bootstrap over `blocks` blocks. Undefined where neither policy has the metric.
 */
export function comparePolicies(
  { path, better }: Metric,
  baseline: PolicyRuns,
  candidate: PolicyRuns,
  draws: { blocks: number; baseline: PolicyDraws | undefined; candidate: PolicyDraws | undefined },
): Comparison | undefined {
  const baselineValue = meanOverSeeds(baseline, path);
  const candidateValue = meanOverSeeds(candidate, path);
  if (baselineValue === undefined && candidateValue === undefined) return undefined;
  const both = baselineValue !== undefined && candidateValue !== undefined;
  const baselineDraws = draws.baseline?.metrics.get(path);
  const candidateDraws = draws.candidate?.metrics.get(path);
  const interval =
    both && baselineDraws !== undefined && candidateDraws !== undefined
      ? differenceInterval(baselineDraws, candidateDraws)
      : undefined;
  return {
    baseline: baseline.name,
    candidate: candidate.name,
    metric: path,
    ...(baselineValue !== undefined && { baselineValue }),
    ...(candidateValue !== undefined && { candidateValue }),
    ...(both && { difference: candidateValue - baselineValue }),
    ...(both && baselineValue !== 0 && { ratio: candidateValue / baselineValue }),
    ...(interval !== undefined && { interval }),
    blocks: draws.blocks,
    verdict: comparisonVerdict(interval, better),
  };
}

function meanOverSeeds({ records }: PolicyRuns, path: string): number | undefined {
  return meanOfAll(records.map(({ entry }) => metricAt(entry, path)));
}
