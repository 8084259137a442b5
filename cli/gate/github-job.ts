import { appendFileSync } from 'node:fs';

import { UserError } from '../../base/user-error.ts';
import type { GateReport } from '../../documents/gate-report.ts';
import { annotation } from '../../reports/gate/gate-github.ts';
import { renderGateMarkdown } from '../../reports/gate/gate-markdown.ts';
import type { Terminal } from '../terminal.ts';

/** Adds the gate to the summary of the GitHub job that runs it; nothing outside of one. */
export function addToJobSummary(report: GateReport): void {
  const file = process.env['GITHUB_STEP_SUMMARY'];
  if (file !== undefined && file !== '') appendFileSync(file, `${renderGateMarkdown(report)}\n`);
}

/** Does `action`; mistakes of the user that it throws are annotated where they stand, and thrown on. */
export async function annotatingMistakes<T>(action: () => Promise<T>, terminal: Terminal): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof UserError) {
      for (const { code, message, at, hint } of error.problems) {
        const text = hint === undefined ? message : `${message}\nhint: ${hint}`;
        await terminal.out(`${annotation('error', code, text, at)}\n`);
      }
    }
    throw error;
  }
}
