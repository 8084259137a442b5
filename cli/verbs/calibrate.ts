import { performance } from 'node:perf_hooks';

import { Command, Option } from 'commander';

import type { CalibrationReport } from '../../documents/calibration-report.ts';
import { renderCalibrationTable } from '../../reports/calibration/calibration-table.ts';
import { renderCalibrationJson } from '../../reports/json.ts';
import { calibrateFiles } from '../calibrate/calibrate-files.ts';
import { CALIBRATION_FORMATS, readMeasuredFile } from '../calibrate/measured-file.ts';
import { findScenario, readScenario } from '../files/scenario-file.ts';
import { collected, namesIn, outputOption, wholeNumber } from '../options.ts';
import { parseOutputs } from '../run/output-option.ts';
import { writeOutputs } from '../run/write-outputs.ts';
import { asAsked, type Terminal } from '../terminal.ts';

const FORMATS = ['table', 'json', 'yaml'] as const;

/** Between two drawings of the progress line. */
const REDRAW_MS = 200;

interface CalibrateOptions {
  readonly from: readonly string[];
  readonly format?: string;
  readonly coefficients?: string;
  readonly output: readonly string[];
  readonly seed: number;
  readonly quiet?: true;
  readonly color: boolean;
}

/** `fleetcast calibrate`: a profile fitted to a user's own measurements. */
export function calibrateCommand(terminal: Terminal): Command {
  return new Command('calibrate')
    .summary('fit a profile to measurements')
    .description(
      'Fits a profile to measurements of a server and prints its coefficients, their uncertainty, and the errors of forecasts of measurements that were held out.\nSCENARIO describes the server; the constants of its engine are fitted. Without it, or if its pool has a step_time, a step time is fitted.\nFILE is the result of a load generator, or a CSV of engine steps: batch, tokens, milliseconds, and context where it was recorded.',
    )
    .argument('[SCENARIO]', 'a scenario with the server that was measured')
    .addOption(
      new Option('--from <FILE>', 'measurements (repeatable)').argParser(collected).makeOptionMandatory(),
    )
    .addOption(
      new Option('--format <NAME>', 'format of the files; told from them unless given').choices(
        CALIBRATION_FORMATS,
      ),
    )
    .option('--coefficients <NAME,…>', 'fit these and leave the others as they are; at most eight')
    .addOption(outputOption(FORMATS))
    .option('--seed <N>', 'seed of everything that is drawn', wholeNumber(0), 1)
    .option('--quiet', 'no remarks on stderr')
    .option('--no-color', 'no colours')
    .action((name: string | undefined, options: CalibrateOptions) => run(name, options, terminal));
}

async function run(name: string | undefined, options: CalibrateOptions, terminal: Terminal): Promise<void> {
  const { from, format, coefficients, output, seed } = options;
  const io = asAsked(terminal, options);
  const outputs = parseOutputs(output, FORMATS);
  const { cwd } = io;
  const begun = performance.now();
  let drawn = begun;
  const report = calibrateFiles({
    files: from.map((file) => readMeasuredFile(file, format, cwd)),
    scenario: name === undefined ? undefined : readScenario(findScenario(name, cwd), cwd),
    coefficients: namesIn(coefficients),
    seed,
    cwd,
    onForecast(count) {
      const now = performance.now();
      if (now - drawn < REDRAW_MS) return;
      drawn = now;
      io.progress(`fitting · ${count} forecasts of the measurements · ${Math.round((now - begun) / 1000)} s`);
    },
  });
  io.progress('');
  await writeOutputs(outputs, (kind, colored) => [rendered(report, kind, colored)], io);
  const seconds = (performance.now() - begun) / 1000;
  io.say(`fitted in ${seconds.toFixed(1)} s`);
}

function rendered(report: CalibrationReport, format: (typeof FORMATS)[number], color: boolean): string {
  switch (format) {
    case 'table':
      return renderCalibrationTable(report, { color });
    case 'json':
      return renderCalibrationJson(report);
    case 'yaml':
      return report.profile;
  }
}
