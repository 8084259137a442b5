import { gateFailures } from '../../documents/gate-failures.ts';
import type { GateReport } from '../../documents/gate-report.ts';
import { answerLine } from '../answer-line.ts';
import { failureText } from './gate-answer.ts';

/**
 * A gate as annotations of a GitHub job: an error per reason to fail, else a notice; a warning where there is too little
 * data. Source: docs.github.com, Workflow commands for GitHub Actions.
 */
export function renderGateAnnotations(report: GateReport): string {
  const { manifest, answer, comparisons } = report;
  const title = `fleetcast gate: ${manifest.scenario}`;
  const failures = gateFailures(report);
  const lines = failures.map((failure) => annotation('error', title, failureText(failure)));
  if (failures.length === 0) {
    const unknown = comparisons.some(({ verdict }) => verdict === 'too little data');
    lines.push(annotation(unknown ? 'warning' : 'notice', title, answerLine(answer)));
  }
  return `${lines.join('\n')}\n`;
}

/** One annotation; `at` is a place in a file of the repository. */
export function annotation(
  level: 'error' | 'warning' | 'notice',
  title: string,
  message: string,
  at?: { readonly file: string; readonly line?: number; readonly column?: number },
): string {
  const properties = [
    ...(at === undefined ? [] : [`file=${property(at.file)}`]),
    ...(at?.line === undefined ? [] : [`line=${at.line}`]),
    ...(at?.column === undefined ? [] : [`col=${at.column}`]),
    `title=${property(title)}`,
  ];
  return `::${level} ${properties.join(',')}::${data(message)}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
