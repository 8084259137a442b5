import type { SweepReport } from '../../documents/sweep-report.ts';
import { formatShare, listed, plural } from '../format.ts';
import { sweepView, type SweepSeries } from './sweep-view.ts';

/** What a sweep answers, in words: up to which load each policy meets the SLO, and what to try next. */
export function sweepAnswerOf(report: SweepReport): { sentence: string; next: string } {
  const view = sweepView(report);
  const clauses = view.groups.flatMap(({ title, series }) => {
    const limited = series.filter(({ limit }) => limit !== undefined);
    if (limited.length === 0) return [];
    return [`${title === '' ? '' : `${title}: `}${limitClause(limited, view.axis)}`];
  });
  if (clauses.length > 0) {
    return { sentence: `${clauses.join('; ')}.`, next: nextOfLimits(report, view.axis) };
  }
  const cells = report.cells.length;
  const judged = report.cells.flatMap(({ runs }) => runs.flatMap(({ goodput }) => goodput?.meetsSlo ?? []));
  if (judged.length === 0) {
    return {
      sentence: `${plural(cells, 'case')} played, and no SLO to hold them against.`,
      next: 'say what each request should get (--set "spec.slo.ttft=2s")',
    };
  }
  return {
    sentence: `${judged.filter(Boolean).length} of ${plural(judged.length, 'run')} meet the SLO.`,
    next: 'find the load that each case carries (--sweep spec.workload.load.rate_scale=0.5..2)',
  };
}

/** The policies from the largest limit on, and how much more the first carries than the next. */
function limitClause(series: readonly SweepSeries[], axis: string): string {
  const meeting = series
    .filter(({ limit }) => limit?.value !== undefined)
    .toSorted((a, b) => (b.limit?.value ?? 0) - (a.limit?.value ?? 0));
  const missing = series.filter(({ limit }) => limit?.value === undefined);
  const [first, second] = meeting;
  const misses =
    missing.length === 0
      ? []
      : [
          `${listed(missing.map(({ policy }) => policy))} ${missing.length === 1 ? 'misses' : 'miss'} it already at ${axis} ${missing[0]?.limit?.missesFrom}`,
        ];
  if (first === undefined) {
    return series.length === 1
      ? `${series[0]?.policy} misses the SLO already at ${axis} ${series[0]?.limit?.missesFrom}, the smallest that was played`
      : `no policy meets the SLO at ${axis} ${series[0]?.limit?.missesFrom}, the smallest that was played`;
  }
  const texts = meeting.map(({ policy, limit }, k) => {
    const end = limit?.missesFrom === undefined ? ' (the largest that was played)' : '';
    return `${policy}${k === 0 ? ` meets the SLO up to ${axis}` : ' up to'} ${limit?.value}${end}`;
  });
  return `${[...texts, ...misses].join(', ')}${leadOf(first, second)}`;
}

/** To this share a bisection knows where a policy misses the SLO. */
const RESOLUTION = 0.01;

/** How much more load the first policy carries than the second, where both limits are known. */
function leadOf(first: SweepSeries, second: SweepSeries | undefined): string {
  const [more, less] = [first.limit?.value, second?.limit?.value];
  if (more === undefined || less === undefined || less <= 0 || more === less) return '';
  if (more / less - 1 < RESOLUTION) return ': within the 1 % to which limits are known they carry the same';
  const least = first.limit?.missesFrom === undefined ? 'at least ' : '';
  return `: ${first.policy} carries ${least}${formatShare(more / less - 1)} more`;
}

function nextOfLimits({ axes, largestMeetingSlo }: SweepReport, axis: string): string {
  const name = largestMeetingSlo?.axis ?? '';
  const found = largestMeetingSlo?.found ?? [];
  const values = axes
    .find((one) => one.name === name)
    ?.points.map((point) => Number(Object.values(point)[0]));
  const [smallest = 1, largest = 1] = [values?.[0], values?.at(-1)];
  if (found.every(({ missesFrom }) => missesFrom === undefined)) {
    return `raise the load until it breaks (--sweep ${name}=${largest}..${2 * largest})`;
  }
  if (found.every(({ value }) => value === undefined)) {
    return `lower the load (--sweep ${name}=${smallest / 4}..${smallest}), or add replicas`;
  }
  if (found.some(({ meetsAgainAt }) => meetsAgainAt !== undefined)) {
    return `play more seeds (--replications 5): near its limit a larger ${axis} meets the SLO again, so chance decides there`;
  }
  if (axes.find((one) => one.name === name)?.range === undefined) {
    return `narrow the limit down (--sweep ${name}=${smallest}..${largest})`;
  }
  return 'leave room: at the limit the SLO is only just met, and real traffic has other seeds (--replications 5)';
}
