import type { GateReport } from '../../documents/gate-report.ts';
import { renderGateAnnotations } from '../../reports/gate/gate-github.ts';
import { renderGateJunit } from '../../reports/gate/gate-junit.ts';
import { renderGateMarkdown } from '../../reports/gate/gate-markdown.ts';
import { renderGateTable } from '../../reports/gate/gate-table.ts';
import { renderGateJson } from '../../reports/json.ts';

/** What a gate can be printed as. */
export const GATE_FORMATS = ['table', 'json', 'markdown', 'junit', 'github'] as const;

export type GateFormat = (typeof GATE_FORMATS)[number];

/** A gate in one format. */
export function renderGate(report: GateReport, format: GateFormat, color: boolean): string {
  switch (format) {
    case 'table':
      return renderGateTable(report, { color });
    case 'json':
      return renderGateJson(report);
    case 'markdown':
      return renderGateMarkdown(report);
    case 'junit':
      return renderGateJunit(report);
    case 'github':
      return renderGateAnnotations(report);
  }
}
