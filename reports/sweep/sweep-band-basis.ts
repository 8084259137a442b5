import type { SweepReport } from '../../documents/sweep-report.ts';
import { plural } from '../format.ts';

/** What stands behind the bands of a sweep, in a sentence; undefined without bands. */
export function sweepBandBasis({ cells, manifest }: SweepReport): string | undefined {
  const bands = cells.flatMap((cell) => cell.bands ?? []);
  const [first] = bands;
  if (first === undefined) return undefined;
  const pairs = bands.map((band) => band.pairs);
  const [least, most] = [Math.min(...pairs), Math.max(...pairs)];
  const few = bands.some(({ indicative }) => indicative) ? '; fewer than three say little' : '';
  const seeds = manifest.seeds.length > 1 ? ` and the ${manifest.seeds.length} seeds` : '';
  const basis = least === most ? plural(most, 'pair') : `${least} to ${plural(most, 'pair')}`;
  return `${Math.round(first.level * 100)} % of measurements would lie there, going by past comparisons${seeds} of ${basis} (model, GPU), of the same kind of load where there are enough${few}`;
}
