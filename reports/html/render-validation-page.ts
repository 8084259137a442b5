import { validationReport, type ValidationReport } from '../../documents/validation-report.ts';
import { validationAnswer } from '../validation/validation-answer.ts';
import { html } from './markup.ts';
import { renderShell, withoutScripts, type PageScripts } from './page-shell.ts';
import { reproduceSection } from './reproduce-section.ts';
import { kneeCharts, scatterCharts } from './validation-charts.ts';
import {
  goalsSection,
  kneesSection,
  ordersSection,
  requestsSection,
  scatterSection,
  validationAnswerSection,
} from './validation-sections.ts';
import { notScoredSection, scoresSection, worstSection } from './validation-score-sections.ts';

export interface ValidationPageInput {
  readonly report: ValidationReport;
  /** The command that gives this page again. */
  readonly command: string;
  readonly scripts: PageScripts;
}

/** Forecasts beside measurements as one self-contained page, in the look of a run's page. Equal input gives equal bytes. */
export function renderValidationPage({ report, command, scripts }: ValidationPageInput): string {
  const scatters = scatterCharts(report);
  const knees = kneeCharts(report);
  const answer = validationAnswer(report);
  const main = html`${validationAnswerSection(report, answer)} ${goalsSection(report)} ${withoutScripts()}
  ${scatterSection(scatters)} ${kneesSection(report, knees)} ${ordersSection(report)}
  ${requestsSection(report)} ${worstSection(report)} ${scoresSection(report)} ${notScoredSection(report)}
  ${reproduceSection(report.manifest, command)}`;
  return renderShell({
    manifest: report.manifest,
    sentence: answer.headline,
    main,
    document: validationReport.parse(report),
    charts: [...scatters, ...knees].map(({ chart }) => chart),
    scripts,
  });
}
