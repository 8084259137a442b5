import { METRICS, type Metric } from '../../documents/metric.ts';
import type { RunReport, Verdict } from '../../documents/run-report.ts';
import { bestOf } from '../answer.ts';
import { bandText } from '../band-rows.ts';
import { formatMetric } from '../format.ts';
import type { PolicyFigures } from '../policy-figures.ts';
import { thresholdValue } from '../threshold-value.ts';
import { policyKey } from './legend.ts';
import { html, typeset, type Markup } from './markup.ts';
import { policyColor } from './palette.ts';

const SHOWN = new Set(['ttft.p90', 'tpot.p90', 'e2e.p90', 'goodput.attainment', 'prefixCache.hitRate']);

/** One row per policy with its verdict and the figures that decide, each with a bar; then the thresholds. */
export function glanceSection(report: RunReport, policies: readonly PolicyFigures[]): Markup {
  const metrics = METRICS.filter(({ path }) => SHOWN.has(path)).filter(({ path }) =>
    policies.some((policy) => policy.steadyValue(path) !== undefined),
  );
  const best = policies.length > 1 ? bestOf(report, policies) : undefined;
  return html`<section aria-labelledby="glance">
    <h2 id="glance">At a glance</h2>
    <p class="lede">
      Bars of times are better when short, bars of shares when long. All policies played the same
      requests.${report.bands === undefined ? '' : ' Below a time: where a measurement would probably lie, going by the errors of past forecasts.'}
    </p>
    <div class="scroll" tabindex="0" role="group" aria-label="Policies at a glance">
      <table class="glance">
        <thead>
          <tr>
            <th scope="col">policy</th>
            <th scope="col" class="verdict">verdict</th>
            ${metrics.map(({ title }) => html`<th scope="col">${title}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${policies.map(
            (policy, position) =>
              html`<tr class="${policy === best ? 'best' : ''}">
                <th scope="row">${policyKey(position)}${policy.name}</th>
                <td>${verdictChip(policy.verdict)}</td>
                ${metrics.map((metric) => html`<td>${bar(metric, policy, policies, position)}${band(report, policy, metric)}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${thresholdTable(report)}
  </section>`;
}

/** A run's verdict as a chip. */
export function verdictChip(verdict: Verdict): Markup {
  const hue = { stable: 'good', saturated: 'warn', unstable: 'bad' }[verdict];
  return html`<span class="chip ${hue}">${verdict}</span>`;
}

function bar(
  { path, unit }: Metric,
  policy: PolicyFigures,
  policies: readonly PolicyFigures[],
  position: number,
): Markup {
  const value = policy.steadyValue(path);
  if (value === undefined)
    return html`<span class="dim">${policy.verdict === 'unstable' ? 'no steady value' : 'none'}</span>`;
  const full = unit === 'share' ? 1 : Math.max(...policies.map((one) => one.steadyValue(path) ?? 0));
  const width = full > 0 ? Math.max(0.5, (100 * value) / full).toFixed(1) : '0';
  return html`${formatMetric(value, unit)}
    <span class="meter" aria-hidden="true"
      ><i style="width:${width}%;background:${policyColor(position)}"></i
    ></span>`;
}

/** Where a measurement would probably lie. */
function band({ bands = [] }: RunReport, policy: PolicyFigures, { path }: Metric): Markup | undefined {
  const own = bands.find(({ policy: name, metric }) => name === policy.name && metric === path);
  return own && html`<a class="band" href="#model-error">${typeset(bandText(own))}</a>`;
}

function thresholdTable({ runs }: RunReport): Markup | undefined {
  const results = runs.flatMap(({ seed, thresholds = [] }) =>
    thresholds.map((result) => ({ ...result, seed })),
  );
  if (results.length === 0) return undefined;
  const several = new Set(results.map(({ seed }) => seed)).size > 1;
  return html`<h3>Thresholds</h3>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">threshold</th>
            <th scope="col">policy</th>
            <th scope="col">value</th>
            <th scope="col">kept</th>
          </tr>
        </thead>
        <tbody>
          ${results.map(
            (result) =>
              html`<tr>
                <th scope="row"><code>${result.expression}</code></th>
                <td>${result.policy}${several ? `, seed ${result.seed}` : ''}</td>
                <td>${thresholdValue(result)}</td>
                <td class="${result.ok ? 'good' : 'bad'}">${result.ok ? '✓ yes' : '✗ no'}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}
