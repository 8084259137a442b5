import { sweepReport, type SweepReport } from '../../documents/sweep-report.ts';
import { mergedLabels } from '../sweep/merged-labels.ts';
import { sweepAnswerOf } from '../sweep/sweep-answer.ts';
import { sweepView } from '../sweep/sweep-view.ts';
import { html } from './markup.ts';
import { renderShell, withoutScripts, type PageScripts } from './page-shell.ts';
import { reproduceSection } from './reproduce-section.ts';
import { sweepCharts } from './sweep-charts.ts';
import {
  limitsSection,
  sweepAnswerSection,
  sweepChartsSection,
  sweepFiguresSection,
} from './sweep-sections.ts';
import { trustSection } from './trust-section.ts';

export interface SweepPageInput {
  readonly report: SweepReport;
  /** The resolved scenario as YAML, without the changes of a point. */
  readonly scenario: string;
  /** The command that gives this page again. */
  readonly command: string;
  readonly scripts: PageScripts;
}

/** A sweep as one self-contained page for people, in the look of a run's page. Equal input gives equal bytes. */
export function renderSweepPage({ report, scenario, command, scripts }: SweepPageInput): string {
  const view = sweepView(report);
  const charts = view.groups.map((_, group) => sweepCharts(view, group));
  const runs = report.cells.flatMap((cell) => cell.runs);
  const labelled = view.policies.flatMap((policy) => {
    const own = runs.filter((run) => run.policy === policy);
    return own
      .slice(0, 1)
      .map((run) => ({ ...run, labels: mergedLabels(own.flatMap(({ labels }) => labels)) }));
  });
  const { sentence } = report.answer ?? sweepAnswerOf(report);
  const main = html`${sweepAnswerSection(report, view)} ${limitsSection(view)} ${withoutScripts()}
  ${sweepChartsSection(view, charts)} ${sweepFiguresSection(view, report)} ${trustSection({ runs: labelled })}
  ${reproduceSection(report.manifest, command, scenario)}`;
  return renderShell({
    manifest: report.manifest,
    sentence,
    main,
    document: sweepReport.parse(report),
    charts: charts.flatMap((group) => group.map(({ chart }) => chart)),
    scripts,
  });
}
