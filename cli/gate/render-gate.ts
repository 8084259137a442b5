import type { GateReport } from '../../documents/gate-report.ts';
import { renderGateTable } from '../../reports/gate/gate-table.ts';
import { renderGateJson } from '../../reports/json.ts';

/** What a gate can be printed as. */
export const GATE_FORMATS = ['table', 'json'] as const;

export type GateFormat = (typeof GATE_FORMATS)[number];

/** A gate in one format. */
export function renderGate(report: GateReport, format: GateFormat, color: boolean): string {
  switch (format) {
    case 'table':
      return renderGateTable(report, { color });
    case 'json':
      return renderGateJson(report);
  }
}
