import { formatSeconds, formatShare, threeDigits } from '../format.ts';
import type { PolicyFigures } from '../policy-figures.ts';

/** A figure that stands in the tables of a sweep; `width` in characters, where the table is text. */
interface SweepColumn {
  readonly title: string;
  readonly width: number;
  /** Dotted path of a run entry, where bands may stand beside it. */
  readonly metric?: string;
  readonly text: (figures: PolicyFigures) => string | undefined;
}

/** The columns behind the one of the axis: with 14 characters for that and 6 for the SLO they fill 80. */
export const SWEEP_COLUMNS: readonly SweepColumn[] = [
  { title: 'verdict', width: 11, text: ({ verdict }) => verdict },
  { title: 'P90 TTFT', width: 10, metric: 'ttft.p90', text: figure('ttft.p90', formatSeconds) },
  { title: 'P90 TPOT', width: 10, metric: 'tpot.p90', text: figure('tpot.p90', formatSeconds) },
  { title: 'P90 E2E', width: 10, metric: 'e2e.p90', text: figure('e2e.p90', formatSeconds) },
  { title: 'goodput/s', width: 10, text: figure('goodput.requestsPerSecond', threeDigits) },
  { title: 'attained', width: 9, text: figure('goodput.attainment', formatShare) },
];

function figure(path: string, format: (value: number) => string): SweepColumn['text'] {
  return (figures) => {
    const value = figures.steadyValue(path);
    return value === undefined ? undefined : format(value);
  };
}
