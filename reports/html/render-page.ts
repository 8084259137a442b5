import type { RunRecord } from '../../documents/run-record.ts';
import { runReport, type RunReport } from '../../documents/run-report.ts';
import { answerOf } from '../answer.ts';
import { policyFigures } from '../policy-figures.ts';
import { answerSection } from './answer-section.ts';
import { cdfCharts } from './cdf-charts.ts';
import { CHART_CONFIG } from './chart.ts';
import { differenceChart } from './difference-chart.ts';
import { differencesSection } from './differences-section.ts';
import { figuresSection } from './figures-section.ts';
import { glanceSection } from './glance-section.ts';
import { dataElement, html, scriptElement, styleElement } from './markup.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import { PAGE_STYLE } from './page-style.ts';
import { reproduceSection } from './reproduce-section.ts';
import { seriesCharts } from './series-charts.ts';
import { trustSection } from './trust-section.ts';
import { ttftPartsCharts } from './ttft-parts-charts.ts';
import { distributionsSection, seriesSection, whySection } from './why-sections.ts';

export interface PageInput {
  readonly report: RunReport;
  /** The records behind the report's runs. */
  readonly records: readonly RunRecord[];
  /** The resolved scenario as YAML. */
  readonly scenario: string;
  /** The command that gives this page again. */
  readonly command: string;
  readonly scripts: PageScripts;
}

/** The texts of the chart libraries' browser builds, which stand in their packages. */
export interface PageScripts {
  /** vega/build/vega.min.js */
  readonly vega: string;
  /** vega-lite/build/vega-lite.min.js */
  readonly vegaLite: string;
  /** vega-embed/build/vega-embed.min.js */
  readonly vegaEmbed: string;
}

/**
 * A run as one self-contained page for people: it opens offline and asks nothing of any host. Equal input gives equal
 * bytes. About 0.9 MB, at most 3 MB.
 */
export function renderPage({ report, records, scenario, command, scripts }: PageInput): string {
  const policies = policyFigures(report);
  const { manifest } = report;
  const difference = differenceChart(report, policies);
  const distributions = cdfCharts(policies, records);
  const why = ttftPartsCharts(policies, records);
  const series = seriesCharts(policies, records);
  const charts = [
    ...(difference === undefined ? [] : [difference]),
    ...distributions,
    ...why.charts,
    ...series.policies.flatMap((policy) => policy.charts),
  ];
  const { sentence } = report.answer ?? answerOf(report);
  // Scripts need the page's own token: markup that slipped through the escaping would still not run.
  const nonce = manifest.scenarioSha256.slice(0, 32);
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'unsafe-inline'; img-src data:; connect-src 'none'; base-uri 'none'; form-action 'none'`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="description" content="${sentence}" />
        <meta name="generator" content="fleetcast ${manifest.fleetcastVersion}" />
        <title>${manifest.scenario}: fleetcast forecast</title>
        ${styleElement(PAGE_STYLE)}
      </head>
      <body>
        <a class="skip" href="#glance">Skip to the figures</a>
        <div class="page">
          <header class="masthead">
            <span><b>fleetcast</b> forecast</span>
            <span>${manifest.scenario}</span>
          </header>
          <main>
            ${answerSection(report, policies)} ${glanceSection(report, policies)}
            <noscript
              ><p class="lede">
                The charts need JavaScript; every figure stands in the tables as well.
              </p></noscript
            >
            ${differencesSection(report, policies, difference)}
            ${distributionsSection(policies, distributions)} ${whySection(policies, why.charts, why.parts)}
            ${seriesSection(policies, series)} ${figuresSection(report, policies)} ${trustSection(report)}
            ${reproduceSection(manifest, command, scenario)}
          </main>
          <footer>
            Charts are drawn by Vega, Vega-Lite and vega-embed (BSD 3-Clause, © University of Washington
            Interactive Data Lab), which this page carries with it. It asks nothing of any host.
          </footer>
        </div>
        ${dataElement('report', runReport.parse(report))}
        ${dataElement('charts', { config: CHART_CONFIG, charts })}
        ${[scripts.vega, scripts.vegaLite, scripts.vegaEmbed, PAGE_SCRIPT].map((text) => scriptElement(text, nonce))}
      </body>
    </html>`;
  return `${page.markup}\n`;
}
