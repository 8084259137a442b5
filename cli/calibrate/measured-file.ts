import path from 'node:path';

import { measuredRequests } from '../../calibration/validate/measured-requests.ts';
import {
  isStepsHeader,
  measuredSteps,
  type MeasuredStep,
} from '../../calibration/calibrate/measured-steps.ts';
import type { MeasuredRequest } from '../../calibration/validate/validation-case.ts';
import { UserError } from '../../base/user-error.ts';
import { csvColumns } from '../../sim/workload/trace/csv-columns.ts';
import { MEASURED_FORMATS, readTrace, traceFormat } from '../../sim/workload/trace/trace-formats.ts';
import { detectFormat } from '../files/detect-format.ts';
import { openTrace } from '../files/trace-files.ts';

/** A file of measurements: single steps, or a recorded run with its requests. */
export type MeasuredFile = {
  /** As the user named it. */
  readonly name: string;
  readonly format: string;
  readonly sha256: string;
} & (
  | { readonly steps: readonly MeasuredStep[] }
  | {
      readonly requests: readonly MeasuredRequest[];
      /** Absolute. */
      readonly path: string;
      /** Tokens of the longest request, input and output. */
      readonly longest: number;
    }
);

const STEPS = 'steps';

/** Formats of files that a profile can be fitted to. */
export const CALIBRATION_FORMATS: readonly string[] = [...Object.keys(MEASURED_FORMATS), STEPS];

/** Reads a file of measurements; its format is told from it unless given. Throws UserError for one that holds none. */
export function readMeasuredFile(name: string, given: string | undefined, cwd: string): MeasuredFile {
  const file = path.resolve(cwd, name);
  const table = openTrace(file, name, csvColumns);
  const [header = ''] = table.lines();
  const format = given ?? (isStepsHeader(header) ? STEPS : detectFormat(file, name, CALIBRATION_FORMATS));
  if (format === STEPS) return { name, format, ...measuredSteps(table) };
  const reader = traceFormat(format);
  const trace = readTrace(reader, openTrace(file, name, reader));
  const requests = measuredRequests(trace);
  if (requests === undefined)
    throw new UserError({
      code: 'E_CALIBRATE',
      message: 'holds no measured times',
      at: { file: name },
      hint: `formats with times: ${CALIBRATION_FORMATS.join(', ')}`,
    });
  const longest = trace.inputTokens.reduce(
    (most, tokens, row) => Math.max(most, tokens + (trace.outputTokens[row] ?? 0)),
    0,
  );
  return { name, format: reader.name, sha256: trace.sha256, requests, path: file, longest };
}
