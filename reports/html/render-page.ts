import type { RunRecord } from '../../documents/run-record.ts';
import { runReport, type RunReport } from '../../documents/run-report.ts';
import { answerOf } from '../answer.ts';
import { policyFigures } from '../policy-figures.ts';
import { answerSection } from './answer-section.ts';
import { cdfCharts } from './cdf-charts.ts';
import { differenceChart } from './difference-chart.ts';
import { differencesSection } from './differences-section.ts';
import { figuresSection } from './figures-section.ts';
import { glanceSection } from './glance-section.ts';
import { html } from './markup.ts';
import { renderShell, withoutScripts, type PageScripts } from './page-shell.ts';
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
  const main = html`${answerSection(report, policies)} ${glanceSection(report, policies)} ${withoutScripts()}
  ${differencesSection(report, policies, difference)} ${distributionsSection(policies, distributions)}
  ${whySection(policies, why.charts, why.parts)} ${seriesSection(policies, series)}
  ${figuresSection(report, policies)} ${trustSection(report)} ${reproduceSection(manifest, command, scenario)}`;
  return renderShell({ manifest, sentence, main, document: runReport.parse(report), charts, scripts });
}
