import type { ClassReport, RunReport, StageReport } from '../../documents/run-report.ts';
import { bandBasis, bandRows } from '../band-rows.ts';
import { figureRows } from '../figure-rows.ts';
import { formatSeconds, formatShare, threeDigits } from '../format.ts';
import type { PolicyFigures } from '../policy-figures.ts';
import { dataTable } from './data-table.ts';
import { html, typeset, type Markup } from './markup.ts';

/** Every figure of every policy; then by request class and by stage, and the pools. */
export function figuresSection(report: RunReport, policies: readonly PolicyFigures[]): Markup {
  const { runs } = report;
  const seeds = policies[0]?.entries.length ?? 1;
  return html`<section aria-labelledby="figures">
    <h2 id="figures">All figures</h2>
    <p class="lede">
      ${seeds > 1 ? `Means over ${seeds} seeds. ` : ''}Latencies are those of completed requests; rates divide
      by the time from the first arrival to the last end.
    </p>
    ${dataTable(
      'All figures',
      ['figure', ...policies.map(({ name }) => name)],
      figureRows(policies).map(({ label, values }) => [label, ...values.map((value) => value ?? '-')]),
    )}
    ${bandTable(report, policies)} ${pools(runs)}
    ${parts('By request class', 'class', runs, ({ classes = [] }) => classes)}
    ${parts('By stage', 'stage', runs, ({ stages = [] }) => stages)}
  </section>`;
}

/** Where measurements would probably lie; nothing where nothing was ever compared. */
function bandTable(report: RunReport, policies: readonly PolicyFigures[]): Markup | undefined {
  const basis = bandBasis(report);
  if (basis === undefined) return undefined;
  return html`<h3 id="model-error">Model error</h3>
    <p class="lede">${typeset(basis)}.</p>
    ${dataTable(
      'Model error',
      ['figure', ...policies.map(({ name }) => name)],
      bandRows(report, policies).map(({ title, texts }) => [
        title,
        ...texts.map((text) => (text === undefined ? '-' : typeset(text))),
      ]),
    )}`;
}

type Run = RunReport['runs'][number];

function pools(runs: readonly Run[]): Markup {
  return html`<h3>Pools</h3>
    <div class="scroll" tabindex="0" role="group" aria-label="Pools">
      <table>
        <thead>
          <tr>
            <th scope="col">policy</th>
            <th scope="col">pool</th>
            <th scope="col">replicas</th>
            <th scope="col">GPUs</th>
            <th scope="col">running</th>
            <th scope="col">waiting</th>
            <th scope="col">KV cache in use</th>
            <th scope="col">busy</th>
            <th scope="col">busiest replica / mean</th>
          </tr>
        </thead>
        <tbody>
          ${runs.flatMap((run) =>
            run.pools.map(
              (pool) =>
                html`<tr>
                  <th scope="row">${nameOf(run, runs)}</th>
                  <td>${pool.name}</td>
                  <td>${pool.replicas}</td>
                  <td>${pool.gpus}</td>
                  <td>${written(pool.meanRunning, threeDigits)}</td>
                  <td>${written(pool.meanWaiting, threeDigits)}</td>
                  <td>${written(pool.meanKvShare, formatShare)}</td>
                  <td>${written(pool.busyShare, formatShare)}</td>
                  <td>${written(pool.imbalance, threeDigits)}</td>
                </tr>`,
            ),
          )}
        </tbody>
      </table>
    </div>`;
}

/** A table of the figures of each part of the requests; nothing when no run has parts. */
function parts(
  title: string,
  column: string,
  runs: readonly Run[],
  of: (run: Run) => readonly (ClassReport | StageReport)[],
): Markup | undefined {
  if (runs.every((run) => of(run).length === 0)) return undefined;
  return html`<h3>${title}</h3>
    <div class="scroll" tabindex="0" role="group" aria-label="${title}">
      <table>
        <thead>
          <tr>
            <th scope="col">policy</th>
            <th scope="col">${column}</th>
            <th scope="col">completed of offered</th>
            <th scope="col">P50 TTFT</th>
            <th scope="col">P90 TTFT</th>
            <th scope="col">P90 TPOT</th>
            <th scope="col">P90 E2E</th>
            <th scope="col">requests/s</th>
            <th scope="col">attainment</th>
          </tr>
        </thead>
        <tbody>
          ${runs.flatMap((run) =>
            of(run).map((part) => {
              const steady = (value: number | undefined): string =>
                run.verdict === 'unstable' ? '-' : written(value, formatSeconds);
              return html`<tr>
                <th scope="row">${nameOf(run, runs)}</th>
                <td>${part.name}</td>
                <td>${part.requests.completed} of ${part.requests.offered}</td>
                <td>${steady(part.ttft.p50)}</td>
                <td>${steady(part.ttft.p90)}</td>
                <td>${written(part.tpot.p90, formatSeconds)}</td>
                <td>${steady(part.e2e.p90)}</td>
                <td>${written(part.throughput.requestsPerSecond, threeDigits)}</td>
                <td>${written(part.goodput?.attainment, formatShare)}</td>
              </tr>`;
            }),
          )}
        </tbody>
      </table>
    </div>`;
}

function nameOf({ policy, seed }: Run, runs: readonly Run[]): string {
  return runs.some((run) => run.policy === policy && run.seed !== seed) ? `${policy}, seed ${seed}` : policy;
}

function written(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? '-' : format(value);
}
