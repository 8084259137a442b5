import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import type { RunRecord } from '../../documents/run-record.ts';
import type { RunReport } from '../../documents/run-report.ts';
import { renderRequestsCsv } from '../../reports/csv.ts';
import { renderPage, type PageScripts } from '../../reports/html/render-page.ts';
import { renderRunJson } from '../../reports/json.ts';
import { renderTable } from '../../reports/table.ts';
import { checkWritable, writeWhole } from '../files/write-file.ts';
import type { Terminal } from '../terminal.ts';
import type { Output, RunFormat } from './output-option.ts';

export interface RunOutput {
  readonly report: RunReport;
  readonly records: readonly RunRecord[];
  /** The resolved scenario as YAML. */
  readonly scenario: string;
  /** The command that gives this run again. */
  readonly command: string;
}

/** Throws UserError for an output file whose folder does not exist. */
export function checkOutputs(outputs: readonly Output[], terminal: Terminal): void {
  for (const { path: file } of outputs) {
    if (file !== undefined) checkWritable(path.resolve(terminal.cwd, file), file);
  }
}

/** Writes a run in every format that was asked for: files first, stdout last. */
export async function writeOutputs(
  outputs: readonly Output[],
  run: RunOutput,
  terminal: Terminal,
): Promise<void> {
  for (const output of outputs) {
    if (output.path !== undefined) {
      writeWhole(path.resolve(terminal.cwd, output.path), RENDERERS[output.format](run, false));
    }
  }
  for (const output of outputs) {
    if (output.path !== undefined) continue;
    for (const piece of RENDERERS[output.format](run, terminal.colors)) await terminal.out(piece);
  }
}

const RENDERERS: Readonly<Record<RunFormat, (run: RunOutput, color: boolean) => Iterable<string>>> = {
  table: ({ report }, color) => [renderTable(report, { color })],
  json: ({ report }) => [renderRunJson(report)],
  html: ({ report, records, scenario, command }) => [
    renderPage({ report, records, scenario, command, scripts: pageScripts() }),
  ],
  csv: ({ report, records }) => renderRequestsCsv(records, report.manifest.workloadSha256 ?? ''),
};

/** The browser builds of the chart libraries, out of their packages. */
function pageScripts(): PageScripts {
  const resolver = createRequire(import.meta.url);
  // Each package's entry stands in its build/, beside the one for browsers.
  const build = (name: string): string =>
    readFileSync(path.join(path.dirname(resolver.resolve(name)), `${name}.min.js`), 'utf8');
  return { vega: build('vega'), vegaLite: build('vega-lite'), vegaEmbed: build('vega-embed') };
}
