import type { RunEntry } from '../documents/run-report.ts';
import { lowerBound } from './interval.ts';
import type { PolicyDraws } from './resample.ts';

/**
 * The entry with the lower bounds of attainment, and with whether the SLO is met: the run is not unstable, its thresholds
 * hold, and for each class of requests the lower 95 % bound of attainment is at least `target`. Without draws the point
 * estimate decides, under a label.
 */
export function withSlo(
  entry: RunEntry,
  target: number,
  draws: PolicyDraws | undefined,
  blocks: number,
): RunEntry {
  const bound = (column: Float64Array | undefined): number | undefined => column && lowerBound(column);
  const judge = <G extends NonNullable<RunEntry['goodput']>>(goodput: G, lower: number | undefined): G => ({
    ...goodput,
    ...(lower !== undefined && { attainmentLowerBound: lower }),
    meetsSlo: entry.verdict !== 'unstable' && (lower ?? goodput.attainment ?? 0) >= target,
  });
  const overall = judge(entry.goodput ?? {}, bound(draws?.metrics.get('goodput.attainment')));
  const classes = entry.classes?.map((report) => ({
    ...report,
    goodput: judge(report.goodput ?? {}, bound(draws?.classAttainment.get(report.name))),
  }));
  const inClasses = classes?.reduce((sum, { requests }) => sum + requests.offered, 0) ?? 0;
  const parts = [
    ...(classes ?? []).filter(({ requests }) => requests.offered > 0).map(({ goodput }) => goodput),
    ...(inClasses < entry.requests.offered ? [overall] : []),
  ];
  const meetsSlo =
    parts.every((part) => part.meetsSlo === true) && (entry.thresholds ?? []).every(({ ok }) => ok);
  return {
    ...entry,
    goodput: { ...overall, meetsSlo },
    ...(classes !== undefined && { classes }),
    labels:
      draws !== undefined
        ? entry.labels
        : [
            ...entry.labels,
            {
              code: 'too-little-data',
              text: `${blocks} ${blocks === 1 ? 'block is' : 'blocks are'} too few for a lower bound of attainment: its point estimate decides whether the SLO is met`,
            },
          ],
  };
}
