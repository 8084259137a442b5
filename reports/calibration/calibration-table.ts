import { shortDuration } from '../../base/short-duration.ts';
import type { CalibrationError, CalibrationReport } from '../../documents/calibration-report.ts';
import { formatCount, formatShare, listed, plural } from '../format.ts';
import { sectionsText, wrap } from '../text-layout.ts';

const WIDTH = 80;

/** A calibration for people, 80 columns wide: what was fitted, how sure it is, how wrong it is, and what to do with it. */
export function renderCalibrationTable(
  report: CalibrationReport,
  { color }: { readonly color: boolean },
): string {
  const { coefficients, errors, labels, measurements, profile, target } = report;
  const bold = (text: string): string => (color ? `\u001b[1m${text}\u001b[0m` : text);
  const figures = measurements.reduce((sum, one) => sum + one.figures, 0);
  const sections = [
    wrap(
      `${plural(coefficients.length, 'coefficient')} fitted to ${plural(figures, 'figure')} of ${listed(measurements.map(({ file }) => file))}, a third of them held out`,
      WIDTH,
    ),
    [
      bold(target === 'engine' ? 'Constants of the engine profile' : 'Step time, given outright'),
      `${'coefficient'.padEnd(24)}${'value'.padStart(10)}${'95 % interval'.padStart(24)}${target === 'engine' ? 'before'.padStart(12) : ''}`,
      ...coefficients.map(
        ({ name, unit, value, low, high, before }) =>
          `${name.padEnd(24)}${shown(value, unit).padStart(10)}${`${shown(low, unit)} to ${shown(high, unit)}`.padStart(24)}${before === undefined ? '' : shown(before, unit).padStart(12)}`,
      ),
    ],
    [
      bold('Errors of the forecasts: predicted / measured - 1'),
      `${'metric'.padEnd(8)}${'figures'.padEnd(10)}${'n'.padStart(7)}${'bias'.padStart(9)}${'median'.padStart(9)}${'mean'.padStart(9)}${'p90'.padStart(9)}${errors.some(hadBefore) ? 'median before'.padStart(15) : ''}`,
      ...errors.map(errorLine),
    ],
    labels.length === 0
      ? []
      : [bold('What weakens it'), ...labels.flatMap(({ text }) => indented(`- ${text}`))],
    [bold('Profile'), profile.trimEnd()],
  ];
  return sectionsText(sections);
}

function hadBefore(error: CalibrationError): boolean {
  return error.medianAbsoluteErrorBefore !== undefined;
}

function errorLine(error: CalibrationError): string {
  const bias = `${error.meanError < 0 ? '' : '+'}${formatShare(error.meanError)}`;
  const before = error.medianAbsoluteErrorBefore;
  return [
    error.metric.toUpperCase().padEnd(8),
    (error.split === 'fit' ? 'fitted' : 'held out').padEnd(10),
    formatCount(error.count).padStart(7),
    bias.padStart(9),
    formatShare(error.medianAbsoluteError).padStart(9),
    formatShare(error.meanAbsoluteError).padStart(9),
    formatShare(error.p90AbsoluteError).padStart(9),
    before === undefined ? '' : formatShare(before).padStart(15),
  ].join('');
}

function indented(text: string): string[] {
  return wrap(text, WIDTH - 2).map((line, k) => (k === 0 ? line : `  ${line}`));
}

/** Three digits; of a duration in the unit that keeps them short: 12.3us. */
function shown(value: number, unit: 's' | 'x'): string {
  return unit === 's' ? shortDuration(value, 3) : String(Number(value.toPrecision(3)));
}
