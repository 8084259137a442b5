import { RELEVANT_SHARE } from '../../documents/metric.ts';
import type { Comparison, RunReport } from '../../documents/run-report.ts';
import { formatChange, formatDifference, formatInterval, formatMetric, plural } from '../format.ts';
import { isTransient, metricOf, type PolicyFigures } from '../policy-figures.ts';
import { chartFigure, type Chart } from './chart.ts';
import { legend, policyKey } from './legend.ts';
import { html, typeset, type Markup } from './markup.ts';

/** The paired differences of every policy from the baseline: a chart of the latencies, a table of all metrics. */
export function differencesSection(
  report: RunReport,
  policies: readonly PolicyFigures[],
  chart: Chart | undefined,
): Markup | undefined {
  const [baseline, ...candidates] = policies;
  if (baseline === undefined || candidates.length === 0) return undefined;
  const blocks = report.comparisons[0]?.blocks;
  return html`<section aria-labelledby="differences-title">
    <h2 id="differences-title">Differences from ${baseline.name}</h2>
    <p class="lede">
      Each interval holds 95 % of 1,000 resamples of the same
      ${blocks === undefined ? 'blocks of requests' : plural(blocks, 'block')} (whole sessions, or minutes of
      arrivals) for both
      policies.${chart === undefined ? '' : ' A filled dot: the interval leaves out zero. A hollow one: too close to call.'}
    </p>
    ${
      chart === undefined
        ? undefined
        : html`${legend(candidates.map(({ name }, k) => ({ key: policyKey(k + 1), name })))}
          ${chartFigure(chart, `Latency against ${baseline.name}`)}`
    }
    ${candidates.map((candidate) => table(report, baseline, candidate, candidates.length === 1))}
  </section>`;
}

function table(
  report: RunReport,
  baseline: PolicyFigures,
  candidate: PolicyFigures,
  open: boolean,
): Markup | undefined {
  const unstable = [baseline, candidate].some(({ verdict }) => verdict === 'unstable');
  const rows = report.comparisons.filter(
    (one) =>
      one.baseline === baseline.name &&
      one.candidate === candidate.name &&
      !(unstable && isTransient(one.metric)),
  );
  if (rows.length === 0) return undefined;
  return html`<details ${open ? 'open' : ''}>
    <summary>${candidate.name} against ${baseline.name} in ${plural(rows.length, 'metric')}</summary>
    <div
      class="scroll"
      tabindex="0"
      role="group"
      aria-label="Differences of ${candidate.name} from ${baseline.name}"
    >
      <table>
        <thead>
          <tr>
            <th scope="col">metric</th>
            <th scope="col">${baseline.name}</th>
            <th scope="col">${candidate.name}</th>
            <th scope="col">difference</th>
            <th scope="col">relative</th>
            <th scope="col">95 % interval</th>
            <th scope="col">verdict</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(row)}
        </tbody>
      </table>
    </div>
  </details>`;
}

function row(comparison: Comparison): Markup | undefined {
  const metric = metricOf(comparison);
  if (metric === undefined) return undefined;
  const { baselineValue = 0, difference, ratio, interval, verdict } = comparison;
  const value = (number: number | undefined): string =>
    number === undefined ? 'none' : formatMetric(number, metric.unit);
  const decided = verdict === 'better' || verdict === 'worse';
  const small = difference !== undefined && Math.abs(difference) < RELEVANT_SHARE * Math.abs(baselineValue);
  const hue = !decided || small ? 'dim' : verdict === 'better' ? 'good' : 'bad';
  const relative = ratio === undefined || metric.unit === 'share' ? '' : formatChange(ratio);
  return html`<tr>
    <th scope="row">${metric.title}</th>
    <td>${value(comparison.baselineValue)}</td>
    <td>${value(comparison.candidateValue)}</td>
    <td>
      ${difference === undefined ? '' : typeset(formatDifference(difference, metric.unit, baselineValue))}
    </td>
    <td>${typeset(relative)}</td>
    <td>${interval === undefined ? '' : typeset(formatInterval(interval, metric.unit, baselineValue))}</td>
    <td class="${hue}">${verdict}${decided && small ? ' (under 1 %)' : ''}</td>
  </tr>`;
}
