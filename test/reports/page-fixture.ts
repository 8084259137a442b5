import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import type { PageScripts } from '../../reports/html/page-shell.ts';
import { renderPage } from '../../reports/html/render-page.ts';
import { renderSweepPage } from '../../reports/html/render-sweep-page.ts';
import { renderValidationPage } from '../../reports/html/render-validation-page.ts';
import { madeValidation } from '../support/made-validation.ts';
import { madeReport, type MadePolicy, type MadeReportOptions } from '../support/made-report.ts';

const require = createRequire(import.meta.url);
/** A browser build stands beside the module that its package exports. */
const read = (name: string): string =>
  readFileSync(path.join(path.dirname(require.resolve(name)), `${name}.min.js`), 'utf8');

/** The browser builds that the command line gives to the page. */
function realScripts(): PageScripts {
  return {
    vega: read('vega'),
    vegaLite: read('vega-lite'),
    vegaEmbed: read('vega-embed'),
  };
}

export const twoPolicies: MadePolicy[] = [
  { policy: 'round-robin', queue: 1.2, hitRate: 0.11, replicas: 3 },
  {
    policy: 'llm-d',
    queue: 0.3,
    hitRate: 0.35,
    tpot: 0.0195,
    replicas: 3,
    labels: [{ code: 'assumed-figure', text: 'a figure is assumed, not measured', path: 'spec.model' }],
  },
];

export function madePage(
  policies: readonly MadePolicy[],
  options: MadeReportOptions = {},
  scripts: PageScripts = realScripts(),
): string {
  return renderPage({
    ...madeReport(policies, options),
    scenario: 'kind: Scenario\nspec:\n  model: qwen3-32b\n',
    command: 'fleetcast run scenario.yaml --seed 1 -o html=report.html',
    scripts,
  });
}

const LOAD = 'spec.workload.load.rate_scale';

/** The page of a made-up sweep: two policies at four loads, the last of them too much for the baseline. */
export function madeSweepPage(scripts: PageScripts = realScripts()): string {
  const cells = [0.5, 1, 1.5, 2].map((load) => {
    const { report } = madeReport(
      twoPolicies.map((policy, position) => ({
        ...policy,
        queue: (policy.queue ?? 0) * load * load,
        ...(position === 0 && load === 2 && { verdict: 'unstable' as const }),
      })),
      { attainment: 0.9 },
    );
    return { report, points: [{ [LOAD]: load }], runs: report.runs };
  });
  const [first] = cells;
  if (first === undefined) throw new Error('there are cells');
  const { apiVersion, manifest } = first.report;
  return renderSweepPage({
    report: {
      apiVersion,
      kind: 'SweepReport',
      manifest,
      axes: [{ name: LOAD, points: cells.flatMap(({ points }) => points) }],
      cells: cells.map(({ points, runs }) => ({ points, runs })),
      largestMeetingSlo: {
        axis: LOAD,
        found: [
          { policy: 'round-robin', points: [], value: 0.5, missesFrom: 1 },
          { policy: 'llm-d', points: [], value: 2 },
        ],
      },
    },
    scenario: 'kind: Scenario\n',
    command: `fleetcast run scenario.yaml --sweep ${LOAD}=0.5,1,1.5,2 -o html=sweep.html`,
    scripts,
  });
}

/** Made-up forecasts beside made-up measurements. */
export function madeValidationPage(): string {
  return renderValidationPage({
    report: madeValidation(),
    command: 'fleetcast validate points.csv',
    scripts: realScripts(),
  });
}
