import { plan as planSchema, type Plan } from '../../documents/plan.ts';
import { formatSeconds, formatShare, plural, threeDigits } from '../format.ts';
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
import { renderShell, withoutScripts, type PageScripts } from './page-shell.ts';
import { headroomChart, paretoChart } from './plan-charts.ts';
import { reproduceSection } from './reproduce-section.ts';
import { trustSection } from './trust-section.ts';

export interface PlanPageInput {
  readonly plan: Plan;
  /** The resolved scenario as YAML. */
  readonly scenario: string;
  /** The command that gives this page again. */
  readonly command: string;
  readonly scripts: PageScripts;
}

/** A plan as one self-contained page for people, in the look of a run's page. Equal input gives equal bytes. */
export function renderPlanPage({ plan, scenario, command, scripts }: PlanPageInput): string {
  const pareto = paretoChart(plan);
  const headroom = headroomChart(plan);
  const labelled = [{ policy: plan.best?.policy ?? '', labels: plan.labels }] as Parameters<
    typeof trustSection
  >[0]['runs'];
  const main = html`${answerSection(plan)} ${withoutScripts()} ${fleetSection(plan)}
  ${chartsSection(pareto, headroom)} ${loadsSection(plan)} ${calendarSection(plan)} ${growthSection(plan)}
  ${flipsSection(plan)} ${ledgerSection(plan)} ${trustSection({ runs: labelled })}
  ${reproduceSection(plan.manifest, command, scenario)}`;
  return renderShell({
    manifest: plan.manifest,
    sentence: plan.answer.sentence,
    main,
    document: planSchema.parse(plan),
    charts: [pareto, headroom].filter((chart) => chart !== undefined),
    scripts,
  });
}

function answerSection({ answer, effort, demand }: Plan): Markup {
  const colon = answer.sentence.indexOf(': ');
  const headline = colon < 0 ? answer.sentence : `${answer.sentence.slice(0, colon)}.`;
  const rest = colon < 0 ? '' : answer.sentence.slice(colon + 2);
  return html`<section class="answer" aria-label="Answer">
    <p class="kicker">
      ${plural(effort.runs, 'run')}, ${effort.shortened} of them cut short, of up to
      ${plural(demand.requests, 'request')}
    </p>
    <h1>${typeset(headline)}</h1>
    ${rest === '' ? undefined : html`<p class="because">${typeset(rest)}</p>`}
    ${answer.next === undefined ? undefined : html`<p class="next"><b>Next:</b> ${typeset(answer.next)}.</p>`}
    <p class="doubt">A simulation, not a measurement. <a href="#labels">What weakens it</a> stands below.</p>
  </section>`;
}

function fleetSection(plan: Plan): Markup {
  const fleet = plan.best ?? plan.nearestMiss;
  if (fleet === undefined) return html``;
  const { forecast } = fleet;
  const { lowerBoundUsdPerHour: usd, lowerBoundGpus: gpus, optimalityGap: gap } = plan;
  const bound =
    usd === undefined ? (gpus === undefined ? undefined : `${gpus} GPUs`) : `$${usd.toFixed(2)} an hour`;
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
    [
      'attainment',
      forecast?.goodput?.attainment === undefined ? undefined : formatShare(forecast.goodput.attainment),
    ],
    ['replications', replicationsText(fleet)],
    ['model error', bandsText(plan)],
    [
      'lower bound',
      bound &&
        `${bound} without any queue${gap === undefined ? '' : `; the answer is ${formatShare(gap)} above it`}`,
    ],
    ['power', plan.energy && `${powerText(plan.energy)}; ${plan.energy.source}`],
    ...plan.terms.map(
      ({ term, usdPerMonth, gpuMonthsPerMonth }) =>
        [
          term.replaceAll('_', ' '),
          `$${Math.round(usdPerMonth)} for ${gpuMonthsPerMonth} GPU-months a month`,
        ] as const,
    ),
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
  return html`<section aria-labelledby="glance">
    <h2 id="glance">${plan.feasible ? 'The fleet' : 'The nearest miss'}</h2>
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

function chartsSection(pareto: Chart | undefined, headroom: Chart | undefined): Markup | undefined {
  if (pareto === undefined && headroom === undefined) return undefined;
  return html`<section aria-labelledby="price-charts">
    <h2 id="price-charts">Price and headroom</h2>
    <p class="lede">
      The dashed rule is the attainment that was promised. Runs that were cut short are not drawn.
    </p>
    <div class="charts">
      ${pareto && chartFigure(pareto, 'Every fleet that was simulated as a whole: price against attainment')}
      ${headroom && chartFigure(headroom, 'The fleet at other loads')}
    </div>
  </section>`;
}

function loadsSection({ loads, degraded }: Plan): Markup | undefined {
  if (loads.length + degraded.length === 0) return undefined;
  const rows = [
    ...loads.map((point) => ({ ...point, name: `${threeDigits(point.requestsPerSecond)} requests/s` })),
    ...degraded.map((point) => ({
      ...point,
      name: `one ${point.lost}${point.of === undefined ? '' : ` of ${point.of}`} lost (${plural(point.replicasLost, 'replica')})`,
    })),
  ];
  return html`<section aria-labelledby="loads">
    <h2 id="loads">At other loads, and with something lost</h2>
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

function flipsSection({ sensitivities }: Plan): Markup | undefined {
  if (sensitivities.length === 0) return undefined;
  return html`<section aria-labelledby="flips">
    <h2 id="flips">What would change the answer</h2>
    <ul>
      ${sensitivities.map(({ text }) => html`<li>${typeset(text)}</li>`)}
    </ul>
  </section>`;
}

function ledgerSection({ candidates }: Plan): Markup {
  const price = ({ usdPerHour, gpus }: Plan['candidates'][number]): number => usdPerHour ?? gpus;
  return html`<section aria-labelledby="figures">
    <h2 id="figures">Every fleet that was looked at</h2>
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
              ? `${candidate.gpus} GPUs`
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
