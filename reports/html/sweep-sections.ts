import type { SweepReport } from '../../documents/sweep-report.ts';
import { plural } from '../format.ts';
import { sweepAnswerOf } from '../sweep/sweep-answer.ts';
import { SWEEP_COLUMNS } from '../sweep/sweep-columns.ts';
import { sweepBandBasis } from '../sweep/sweep-band-basis.ts';
import { meetsSlo, type SweepSeries, type SweepStep, type SweepView } from '../sweep/sweep-view.ts';
import { chartFigure } from './chart.ts';
import { verdictChip } from './glance-section.ts';
import { legend, policyKey } from './legend.ts';
import { answerMarkup, headlineOf } from './answer-markup.ts';
import { html, type Markup } from './markup.ts';
import { policyColor } from './palette.ts';
import type { SweepChart } from './sweep-charts.ts';

/** The answer of a sweep; its part before the colon is the headline. */
export function sweepAnswerSection(report: SweepReport, view: SweepView): Markup {
  const { sentence, next } = report.answer ?? sweepAnswerOf(report);
  const runs = report.cells.flatMap((cell) => cell.runs);
  const most = Math.max(...runs.map(({ requests }) => requests.offered));
  return answerMarkup({
    kicker: `${plural(report.cells.length, 'case')}, ${plural(runs.length, 'run')} of up to ${plural(most, 'request')}`,
    ...(view.groups.length > 1
      ? {
          headline: `${plural(view.groups.length, 'combination')} compared along ${view.axis}.`,
          rest: sentence,
        }
      : headlineOf(sentence)),
    next,
  });
}

/** Up to which load each policy meets the SLO, as bars; undefined when nothing was searched. */
export function limitsSection(view: SweepView): Markup | undefined {
  const rows = view.groups.flatMap(({ title, series }) =>
    series.flatMap((one) => (one.limit === undefined ? [] : [{ title, one, limit: one.limit }])),
  );
  if (rows.length === 0) return undefined;
  const largest = Math.max(...rows.map(({ limit }) => limit.value ?? 0));
  return html`<section aria-labelledby="glance">
    <h2 id="glance">The largest load that meets the SLO</h2>
    <p class="lede">
      All loads play the same requests with the same seeds. From the last column on the SLO is missed.
    </p>
    <div class="scroll" tabindex="0" role="group" aria-label="Largest loads">
      <table class="glance">
        <thead>
          <tr>
            <th scope="col">policy</th>
            ${view.groups.length > 1 ? html`<th scope="col">case</th>` : undefined}
            <th scope="col">meets it up to ${view.axis}</th>
            <th scope="col">misses it from</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ title, one, limit }) =>
              html`<tr class="${limit.value === largest ? 'best' : ''}">
                <th scope="row">${policyKey(one.position)}${one.policy}</th>
                ${view.groups.length > 1 ? html`<td>${title}</td>` : undefined}
                <td>
                  ${limit.value === undefined ? 'none that was played' : bar(limit.value, largest, one.position)}
                </td>
                <td>${limit.missesFrom ?? 'none that was played'}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

function bar(value: number, full: number, position: number): Markup {
  return html`${value}
    <span class="meter" aria-hidden="true"
      ><i style="width:${((100 * value) / full).toFixed(1)}%;background:${policyColor(position)}"></i
    ></span>`;
}

/** The charts of every combination of the other axes. */
export function sweepChartsSection(view: SweepView, charts: readonly (readonly SweepChart[])[]): Markup {
  const figures = (of: readonly SweepChart[]): Markup[] =>
    of.map(({ chart, caption }) => chartFigure(chart, caption));
  return html`<section aria-labelledby="along">
    <h2 id="along">Along ${view.axis}</h2>
    <p class="lede">
      Latencies: the line is P90, the band reaches from P50 to P99. A dotted rule stands where a policy meets
      the SLO for the last time. Unstable runs have no steady TTFT and E2E: those lines end before; their
      other points are hollow.
    </p>
    ${legend(view.policies.map((name, position) => ({ key: policyKey(position), name })))}
    ${view.groups.map(
      ({ title }, group) =>
        html`${title === '' ? undefined : html`<h3>${title}</h3>`}
          <div class="charts">${figures((charts[group] ?? []).filter(({ kind }) => kind === 'latency'))}</div>
          <div class="charts">
            ${figures((charts[group] ?? []).filter(({ kind }) => kind !== 'latency'))}
          </div>`,
    )}
  </section>`;
}

/** Every point of every policy with its figures. */
export function sweepFiguresSection(view: SweepView, report: SweepReport): Markup {
  const basis = sweepBandBasis(report);
  return html`<section aria-labelledby="figures">
    <h2 id="figures">All points</h2>
    <p class="lede">
      Latencies are those of completed requests. The SLO is met where the lower 95 % bound of attainment
      reaches its
      target.${basis === undefined ? undefined : ` In small print below a latency, its band: ${basis}.`}
    </p>
    ${view.groups.map(({ title, series }) =>
      series
        .filter(({ steps }) => steps.length > 0)
        .map((one) => pointsTable(one, view.axis, title === '' ? one.policy : `${one.policy}, ${title}`)),
    )}
  </section>`;
}

function bandOf({ bands }: SweepStep, metric: string | undefined): Markup | undefined {
  const text = metric === undefined ? undefined : bands.get(metric);
  return text === undefined ? undefined : html`<br /><small class="dim">${text}</small>`;
}

function pointsTable({ steps, position, limit }: SweepSeries, axis: string, title: string): Markup {
  const columns = SWEEP_COLUMNS.filter(({ title: column }) => column !== 'verdict');
  return html`<h3>${policyKey(position)}${title}</h3>
    <div class="scroll" tabindex="0" role="group" aria-label="${title}">
      <table>
        <thead>
          <tr>
            <th scope="col">${axis}</th>
            <th scope="col">verdict</th>
            ${columns.map((column) => html`<th scope="col">${column.title}</th>`)}
            <th scope="col">SLO</th>
          </tr>
        </thead>
        <tbody>
          ${steps.map((step) => {
            const meets = meetsSlo(step.figures);
            const isLimit = limit?.value !== undefined && limit.value === step.value;
            return html`<tr class="${isLimit ? 'best' : ''}">
              <th scope="row">${step.label}</th>
              <td>${verdictChip(step.figures.verdict)}</td>
              ${columns.map((column) => html`<td>${column.text(step.figures) ?? '-'}${bandOf(step, column.metric)}</td>`)}
              <td class="${meets === undefined ? 'dim' : meets ? 'good' : 'bad'}">
                ${meets === undefined ? '-' : meets ? '✓ met' : '✗ missed'}
              </td>
            </tr>`;
          })}
        </tbody>
      </table>
    </div>`;
}
