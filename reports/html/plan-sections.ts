import type { Plan } from '../../documents/plan.ts';
import { formatSeconds, formatShare, plural, threeDigits } from '../format.ts';
import { fleetFacts } from '../plan/fleet-facts.ts';
import {
  bandsText,
  fleetText,
  poolsText,
  powerText,
  priceText,
  replicationsText,
} from '../plan/plan-words.ts';
import { calendarSection, growthSection } from './calendar-section.ts';
import { chartFigure, type Chart } from './chart.ts';
import { dataTable } from './data-table.ts';
import { html, typeset, type Markup } from './markup.ts';
import { headroomChart, paretoChart } from './plan-charts.ts';

/**
 * What a plan says of its fleet, in sections of a page, and their charts. Every id of the page ends with `suffix`, so that a
 * page may hold several plans; `of` names the plan in headings.
 */
export function planSections(
  plan: Plan,
  suffix = '',
  of = '',
): { readonly main: Markup; readonly charts: readonly Chart[] } {
  const named = (chart: Chart | undefined): Chart | undefined =>
    chart && { ...chart, id: `${chart.id}${suffix}` };
  const [pareto, headroom] = [named(paretoChart(plan)), named(headroomChart(plan))];
  const main = html`${fleetSection(plan, suffix, of)} ${chartsSection(pareto, headroom, suffix, of)}
  ${loadsSection(plan, suffix, of)} ${calendarSection(plan, suffix, of)} ${growthSection(plan, suffix, of)}
  ${flipsSection(plan, suffix, of)} ${ledgerSection(plan, suffix, of)}`;
  return { main, charts: [pareto, headroom].filter((chart) => chart !== undefined) };
}

function fleetSection(plan: Plan, suffix: string, of: string): Markup {
  const fleet = plan.best ?? plan.nearestMiss;
  if (fleet === undefined) return html``;
  const { forecast } = fleet;
  const known = fleetFacts(plan, fleet);
  const facts: (readonly [string, string | undefined])[] = [
    ['fleet', fleetText(fleet)],
    ['violated', plan.nearestMiss?.violated],
    ['cost', priceText(fleet) || undefined],
    [
      'per million tokens',
      forecast?.cost?.usdPerMillionOutputTokens === undefined
        ? undefined
        : `$${threeDigits(forecast.cost.usdPerMillionInputTokens ?? 0)} in, $${threeDigits(forecast.cost.usdPerMillionOutputTokens)} out, each bearing all cost`,
    ],
    ['verdict', known.verdict],
    ['attainment', known.attainment],
    ['TTFT P50 / P90 / P99', known.ttft],
    ['TPOT P50 / P90 / P99', known.tpot],
    ['E2E P50 / P90 / P99', known.e2e],
    ['prefix hit rate', known.hitRate],
    ['headroom', known.headroom],
    ['replications', replicationsText(fleet)],
    ['model error', bandsText(plan)],
    ['lower bound', known.lowerBound],
    ['power', plan.energy && `${powerText(plan.energy)}; ${plan.energy.source}`],
    ...known.terms,
    ...plan.runnersUp.map(
      (other) => ['runner-up', `${fleetText(other)}, ${priceText(other)}: ${other.reason}`] as const,
    ),
    [
      'back of the envelope',
      plan.backOfEnvelope &&
        `${threeDigits(plan.backOfEnvelope.replicas)} replicas by memory bandwidth, ${threeDigits(plan.backOfEnvelope.withStepTimes)} with measured steps, ${threeDigits(plan.backOfEnvelope.withPrefill)} with prompts, ${threeDigits(plan.backOfEnvelope.withLostHits)} with lost prefix hits; what broke: ${plan.backOfEnvelope.broke}`,
    ],
    ['twice the load', plan.scaling?.text],
  ];
  return html`<section aria-labelledby="glance${suffix}">
    <h2 id="glance${suffix}">${plan.feasible ? 'The fleet' : 'The nearest miss'}${of}</h2>
    <dl class="facts">
      ${facts.map(([name, value]) =>
        value === undefined
          ? undefined
          : html`<dt>${name}</dt>
              <dd>${typeset(value)}</dd>`,
      )}
    </dl>
  </section>`;
}

function chartsSection(
  pareto: Chart | undefined,
  headroom: Chart | undefined,
  suffix: string,
  of: string,
): Markup | undefined {
  if (pareto === undefined && headroom === undefined) return undefined;
  return html`<section aria-labelledby="price-charts${suffix}">
    <h2 id="price-charts${suffix}">Price and headroom${of}</h2>
    <p class="lede">
      The dashed rule is the attainment that was promised. Runs that were cut short are not drawn.
    </p>
    <div class="charts">
      ${pareto && chartFigure(pareto, 'Every fleet that was simulated as a whole: price against attainment')}
      ${headroom && chartFigure(headroom, 'The fleet at other loads')}
    </div>
  </section>`;
}

function loadsSection({ loads, degraded }: Plan, suffix: string, of: string): Markup | undefined {
  if (loads.length + degraded.length === 0) return undefined;
  const rows = [
    ...loads.map((point) => ({ ...point, name: `${threeDigits(point.requestsPerSecond)} requests/s` })),
    ...degraded.map((point) => ({
      ...point,
      name: `one ${point.lost}${point.of === undefined ? '' : ` of ${point.of}`} lost (${plural(point.replicasLost, 'replica')})`,
    })),
  ];
  return html`<section aria-labelledby="loads${suffix}">
    <h2 id="loads${suffix}">At other loads, and with something lost${of}</h2>
    ${dataTable(
      'At other loads, and with something lost',
      ['', 'SLO', 'attainment', 'P90 TTFT', 'P90 TPOT'],
      rows.map(({ name, meets, attainment, ttftP90, tpotP90 }) =>
        namedRow(
          name,
          meets ? 'meets' : 'misses',
          attainment === undefined ? 'cut short' : formatShare(attainment),
          ttftP90 === undefined ? '–' : formatSeconds(ttftP90),
          tpotP90 === undefined ? '–' : formatSeconds(tpotP90),
        ),
      ),
    )}
  </section>`;
}

function flipsSection({ sensitivities }: Plan, suffix: string, of: string): Markup | undefined {
  if (sensitivities.length === 0) return undefined;
  return html`<section aria-labelledby="flips${suffix}">
    <h2 id="flips${suffix}">What would change the answer${of}</h2>
    <ul>
      ${sensitivities.map(({ text }) => html`<li>${typeset(text)}</li>`)}
    </ul>
  </section>`;
}

function ledgerSection({ candidates }: Plan, suffix: string, of: string): Markup {
  const price = ({ usdPerHour, gpus }: Plan['candidates'][number]): number => usdPerHour ?? gpus;
  return html`<section aria-labelledby="figures${suffix}">
    <h2 id="figures${suffix}">Every fleet that was looked at${of}</h2>
    ${dataTable(
      'Every fleet that was looked at',
      ['fleet', 'policy', 'price', 'outcome', 'reason'],
      candidates
        .toSorted((a, b) => price(a) - price(b))
        .map((candidate) =>
          namedRow(
            poolsText(candidate.pools),
            candidate.policy,
            candidate.usdPerHour === undefined
              ? plural(candidate.gpus, 'GPU')
              : `$${candidate.usdPerHour.toFixed(2)}`,
            candidate.outcome,
            candidate.reason,
          ),
        ),
      'reasons',
    )}
  </section>`;
}

/** A fleet or a load by its name, then what is said of it. */
function namedRow(name: string, ...texts: readonly string[]): (string | Markup)[] {
  return [name, ...texts.map(typeset)];
}
