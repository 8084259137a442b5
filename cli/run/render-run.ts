import type { RunRecord } from '../../documents/run-record.ts';
import type { RunReport } from '../../documents/run-report.ts';
import { renderRequestsCsv } from '../../reports/csv.ts';
import { renderPage } from '../../reports/html/render-page.ts';
import { renderRunJson } from '../../reports/json.ts';
import { renderTable } from '../../reports/table.ts';
import type { RunFormat } from './output-option.ts';
import { pageScripts } from './page-scripts.ts';

export interface RunOutput {
  readonly report: RunReport;
  readonly records: readonly RunRecord[];
  /** The resolved scenario as YAML. */
  readonly scenario: string;
  /** The command that gives this run again. */
  readonly command: string;
}

/** A run in one format, in pieces. */
export function renderRun(run: RunOutput, format: RunFormat, color: boolean): Iterable<string> {
  const { report, records } = run;
  switch (format) {
    case 'table':
      return [renderTable(report, { color })];
    case 'json':
      return [renderRunJson(report)];
    case 'html':
      return [renderPage({ ...run, scripts: pageScripts() })];
    case 'csv':
      return renderRequestsCsv(records, report.manifest.workloadSha256 ?? '');
  }
}
