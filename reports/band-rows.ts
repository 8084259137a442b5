import { METRICS } from '../documents/metric.ts';
import type { Band, RunReport } from '../documents/run-report.ts';
import { formatCount, formatSeconds, listed, plural } from './format.ts';
import type { PolicyFigures } from './policy-figures.ts';

/** The bands of one metric, in the order of the policies; undefined where a policy has none. */
export interface BandRow {
  /** `P90 TTFT`. */
  readonly title: string;
  readonly metric: string;
  readonly texts: readonly (string | undefined)[];
}

/** Where measurements would probably lie, for every metric that has bands. */
export function bandRows({ bands = [] }: RunReport, policies: readonly PolicyFigures[]): BandRow[] {
  return METRICS.flatMap(({ path, title }) => {
    const texts = policies.map(({ name }) => {
      const band = bands.find(({ policy, metric }) => policy === name && metric === path);
      return band === undefined ? undefined : bandText(band);
    });
    return texts.every((text) => text === undefined) ? [] : [{ title, metric: path, texts }];
  });
}

/** `410 to 890 ms`. */
export function bandText({ low, high }: Pick<Band, 'low' | 'high'>): string {
  const [from, to] = [formatSeconds(low), formatSeconds(high)];
  const unit = to.endsWith(' ms') ? ' ms' : ' s';
  return from.endsWith(unit) ? `${from.slice(0, from.length - unit.length)} to ${to}` : `${from} to ${to}`;
}

/** What stands behind the bands, in a sentence. */
export function bandBasis({ bands = [], manifest }: RunReport): string | undefined {
  const [first] = bands;
  if (first === undefined) return undefined;
  const bases = new Map<string, Map<string, number>>();
  for (const { metric, count, pairs, indicative, class: kind, regime } of bands) {
    const about = [
      plural(pairs, 'pair'),
      '(model, GPU),',
      kind ?? 'all models',
      regime === undefined ? '' : `under ${REGIMES[regime] ?? regime}`,
      indicative ? '(too few pairs to say much)' : '',
    ];
    const basis = about.filter((part) => part !== '').join(' ');
    const counts = bases.get(basis) ?? new Map<string, number>();
    counts.set(metric.split('.')[0]?.toUpperCase() ?? '', count);
    bases.set(basis, counts);
  }
  const texts = [...bases].map(([basis, counts]) => {
    const families = [...counts].map(([family, count]) => `${formatCount(count)} of ${family}`);
    return `${listed(families)} from ${basis}`;
  });
  const seeds = manifest.seeds.length > 1 ? ` and the ${manifest.seeds.length} seeds` : '';
  return `${Math.round(first.level * 100)} % of measurements would lie there, going by past comparisons${seeds}: ${texts.join('; ')}`;
}

const REGIMES: Readonly<Record<string, string>> = { light: 'light load', queueing: 'queueing' };
