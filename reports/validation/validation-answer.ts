import type { ValidationReport } from '../../documents/validation-report.ts';
import { formatShare, listed } from '../format.ts';

export interface ValidationAnswer {
  readonly headline: string;
  /** What the headline is about. */
  readonly scope: string;
}

const NAMED = [
  ['TPOT', 'tpot.mean'],
  ['E2E', 'e2e.mean'],
  ['TTFT', 'ttft.mean'],
] as const;

/**
 * The errors in a sentence: the medians of mean TPOT, E2E and TTFT, below the knee and of pairs held out from fitting where
 * there are any.
 */
export function validationAnswer({ cells }: Pick<ValidationReport, 'cells'>): ValidationAnswer {
  const below = cells.filter(({ bin }) => bin !== 'knee');
  const judged = below.length > 0 ? below : cells;
  const heldOut = judged.filter(({ split }) => split === 'held-out');
  const own = heldOut.length > 0 ? heldOut : judged;
  const parts = NAMED.flatMap(([name, metric]) => {
    const sizes = own
      .filter((cell) => cell.metric === metric)
      .map(({ error }) => Math.abs(error))
      .sort((a, b) => a - b);
    const middle = sizes[Math.floor(sizes.length / 2)];
    return middle === undefined ? [] : [`${formatShare(middle)} (${name})`];
  });
  if (parts.length === 0) return { headline: 'Nothing could be scored', scope: '' };
  const where = below.length > 0 ? 'at loads below the knee' : 'at the knee';
  const who =
    heldOut.length > 0
      ? ', of pairs (model, GPU) to which no constant is fitted'
      : ', of pairs that constants may be fitted to';
  return {
    headline: `Half of the forecasts are within ${listed(parts)} of the measurement`,
    scope: `Mean latencies ${where}${who}`,
  };
}
