import type { TtftPart } from '../../documents/request-table.ts';
import { formatShare, listed, threeDigits } from '../format.ts';
import type { PolicyFigures } from '../policy-figures.ts';
import { chartFigure, type Chart } from './chart.ts';
import { verdictChip } from './glance-section.ts';
import { colorKey, legend, policyKey } from './legend.ts';
import { html, type Markup } from './markup.ts';
import { PART_COLORS } from './palette.ts';
import { MEASURES, type SeriesSection } from './series-charts.ts';
import { PART_NAMES } from './ttft-parts-charts.ts';

/** Distributions of the latencies. */
export function distributionsSection(
  policies: readonly PolicyFigures[],
  charts: readonly Chart[],
): Markup | undefined {
  if (charts.length === 0) return undefined;
  return html`<section aria-labelledby="distributions">
    <h2 id="distributions">Latency distributions</h2>
    <p class="lede">
      The share of completed requests that took at most so long; dots mark P50, P90 and P99.
      ${withoutUnstable(policies)}
    </p>
    ${legend(policies.map(({ name }, position) => ({ key: policyKey(position), name })))}
    <div class="charts">${charts.map((chart) => chartFigure(chart, TITLES[chart.id] ?? chart.id))}</div>
  </section>`;
}

/** Where the time to first token goes. */
export function whySection(
  policies: readonly PolicyFigures[],
  charts: readonly Chart[],
  parts: readonly TtftPart[],
): Markup | undefined {
  if (charts.length === 0) return undefined;
  return html`<section aria-labelledby="why">
    <h2 id="why">Where the time to first token goes</h2>
    <p class="lede">Mean of each part. Warm colours wait, cold ones work. ${withoutUnstable(policies)}</p>
    ${legend(parts.map((part) => ({ key: colorKey(PART_COLORS[part] ?? ''), name: PART_NAMES[part] })))}
    <div class="charts two">${charts.map((chart) => chartFigure(chart, TITLES[chart.id] ?? chart.id))}</div>
  </section>`;
}

/** The replicas of every policy over time. */
export function seriesSection(policies: readonly PolicyFigures[], series: SeriesSection): Markup {
  const first = policies[0]?.entries[0]?.seed;
  const several = policies.some(({ entries }) => entries.length > 1);
  return html`<section aria-labelledby="series">
    <h2 id="series">The fleet over time</h2>
    <p class="lede">
      One row per
      ${series.replicasPerRow === 1 ? 'replica' : `${series.replicasPerRow} replicas (their mean)`}, darker
      for more; the same scale for all policies.${several ? ` Seed ${first}.` : ''}
    </p>
    <ul class="legend">
      ${MEASURES.map((measure, k) => ramp(measure, series.highest[k] ?? 0))}
    </ul>
    ${series.policies.map(({ policy, charts }, position) => {
      const verdict = policies.find(({ name }) => name === policy)?.verdict ?? 'stable';
      return html`<h3>${policyKey(position)}${policy} ${verdictChip(verdict)}</h3>
        <div class="charts strips">
          ${charts.map((chart, measure) => chartFigure(chart, MEASURES[measure]?.title ?? ''))}
        </div>`;
    })}
  </section>`;
}

/** What the lightest and the darkest shade of a measure stand for. */
function ramp({ title, color, unit }: (typeof MEASURES)[number], highest: number): Markup {
  const [from, to] = [0.06, 1].map((opacity) => `rgba(${color.join(',')},${opacity})`);
  return html`<li>
    ${title}: 0<span class="ramp" style="background:linear-gradient(90deg,${from},${to})"></span>
    ${unit === 'share' ? formatShare(highest) : threeDigits(highest)}
  </li>`;
}

const TITLES: Readonly<Record<string, string>> = {
  'cdf-ttft': 'TTFT, time to first token',
  'cdf-tpot': 'TPOT, time per output token',
  'cdf-e2e': 'E2E, whole answer',
  'parts-all': 'All completed requests',
  'parts-slow': 'The tenth with the longest TTFT',
};

function withoutUnstable(policies: readonly PolicyFigures[]): string {
  const unstable = policies.filter(({ verdict }) => verdict === 'unstable').map(({ name }) => name);
  return unstable.length === 0
    ? ''
    : `TTFT and E2E of ${listed(unstable)} (unstable) are left out: they depend on when one stops looking.`;
}
