import { UserError } from '../../base/user-error.ts';
import { Sha256 } from '../../base/sha256.ts';
import { csvRows } from '../../sim/workload/trace/csv-rows.ts';
import type { TraceFiles } from '../../sim/workload/trace/trace-format.ts';

/** One measured engine step. */
export interface MeasuredStep {
  /** Requests in it. */
  readonly sequences: number;
  /** Tokens that it computed: one a request in a decode step. */
  readonly tokens: number;
  /** Tokens computed before it, summed over its requests; undefined = not recorded. */
  readonly context: number | undefined;
  readonly seconds: number;
}

/**
 * Steps of a CSV with the columns `batch` (requests), `tokens` (computed in the step), `milliseconds` (or `ms`) and, where it
 * was recorded, `context` (tokens computed before, summed over the requests). Throws UserError with file and line.
 */
export function measuredSteps(files: TraceFiles): { steps: MeasuredStep[]; sha256: string } {
  const digest = new Sha256();
  const steps = csvRows(files, digest).map((row): MeasuredStep => {
    const [sequences, tokens] = [row.count('batch'), row.count('tokens')];
    const milliseconds = row.numberIfThere('ms') ?? row.number('milliseconds');
    if (sequences < 1 || tokens < sequences)
      throw row.error(
        'E_CALIBRATE',
        'a step has at least one request, and at least one token for each',
        'batch counts requests, tokens all that they compute in the step',
      );
    if (!(milliseconds > 0)) throw row.error('E_CALIBRATE', 'a step takes more than no time');
    return { sequences, tokens, context: row.numberIfThere('context'), seconds: milliseconds / 1000 };
  });
  if (steps.length === 0)
    throw new UserError({
      code: 'E_CALIBRATE',
      message: 'the file holds no steps',
      at: { file: files.path },
      hint: 'columns: batch, tokens, milliseconds, and context where it was recorded',
    });
  return { steps, sha256: digest.hex() };
}

/** Whether the first line of a CSV names the columns of steps. */
export function isStepsHeader(line: string): boolean {
  const columns = new Set(line.split(',').map((column) => column.trim().replaceAll('"', '')));
  return columns.has('batch') && columns.has('tokens') && (columns.has('ms') || columns.has('milliseconds'));
}
