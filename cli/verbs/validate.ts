import { performance } from 'node:perf_hooks';

import { Command } from 'commander';

import { modelErrorOf } from '../../calibration/validate/model-error-of.ts';
import type { ValidationReport } from '../../documents/validation-report.ts';
import { renderValidationPage } from '../../reports/html/render-validation-page.ts';
import { renderJson, renderValidationJson } from '../../reports/json.ts';
import { renderAccuracyMarkdown } from '../../reports/validation/accuracy-markdown.ts';
import { renderValidationTable } from '../../reports/validation/validation-table.ts';
import { defaultJobs, openJobs } from '../jobs/jobs.ts';
import { outputOption, wholeNumber } from '../options.ts';
import { commandText } from '../run/command-text.ts';
import { parseOutputs } from '../run/output-option.ts';
import { pageScripts } from '../run/page-scripts.ts';
import { writeOutputs } from '../run/write-outputs.ts';
import { asAsked, type Terminal } from '../terminal.ts';
import { readMeasurements } from '../validate/read-measurements.ts';
import { validate } from '../validate/validate.ts';

const FORMATS = ['table', 'json', 'html', 'markdown', 'model-error'] as const;

interface ValidateOptions {
  readonly output: readonly string[];
  readonly seed: number;
  readonly jobs: number;
  readonly quiet?: true;
  readonly color: boolean;
}

/** `fleetcast validate PATH...`: forecasts of what was measured, and their errors. */
export function validateCommand(terminal: Terminal): Command {
  return new Command('validate')
    .summary('simulate published or own measurements and print the errors')
    .description(
      'Simulates every measurement in files and folders as it was driven, and prints the errors of the forecasts.\nPATH is a CSV of serving points, a recorded vLLM run, published experiments, a scenario with a measured workload, or a folder of these.',
    )
    .argument('<PATH...>', 'files and folders')
    .addOption(outputOption(FORMATS))
    .option('--seed <N>', 'seed of everything that is drawn', wholeNumber(0), 1)
    .option('--jobs <N>', 'runs at once (default: one per core)', wholeNumber(1), defaultJobs())
    .option('--quiet', 'no progress and no remarks on stderr')
    .option('--no-color', 'no colours')
    .action((names: readonly string[], options: ValidateOptions) => run(names, options, terminal));
}

async function run(names: readonly string[], options: ValidateOptions, terminal: Terminal): Promise<void> {
  const io = asAsked(terminal, options);
  const outputs = parseOutputs(options.output, FORMATS);
  const measurements = readMeasurements(names, io.cwd);
  const begun = performance.now();
  const jobs = openJobs(options.jobs, io);
  try {
    const command = commandText('validate', names, { seed: options.seed });
    const report = await validate(measurements, { jobs, seed: options.seed, cwd: io.cwd });
    await writeOutputs(outputs, (format, color) => [render(report, format, color, command)], io);
    const seconds = (performance.now() - begun) / 1000;
    io.say(`simulated ${measurements.cases.length} measurements in ${seconds.toFixed(1)} s`);
  } finally {
    await jobs.close();
  }
}

function render(
  report: ValidationReport,
  format: (typeof FORMATS)[number],
  color: boolean,
  command: string,
): string {
  switch (format) {
    case 'table':
      return renderValidationTable(report, { color });
    case 'json':
      return renderValidationJson(report);
    case 'html':
      return renderValidationPage({ report, command, scripts: pageScripts() });
    case 'markdown':
      return renderAccuracyMarkdown(modelErrorOf(report));
    case 'model-error':
      return renderJson(modelErrorOf(report));
  }
}
