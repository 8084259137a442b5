import { grouped } from '../../base/grouped.ts';
import type { ValidationCell, ValidationSummary } from '../../documents/validation-report.ts';
import { errorFigures } from './error-figures.ts';

const METRICS = ['tpot', 'e2e', 'ttft', 'throughput'];
const BINS = ['steady', 'loaded', 'knee', undefined];

/**
 * Errors by metric, load, split and class of precision, first over all models and GPUs, then for each model and GPU;
 * figures whose client is unknown stand apart.
 */
export function summarize(cells: readonly ValidationCell[]): ValidationSummary[] {
  const overall = grouped(cells, (cell) => JSON.stringify(commonOf(cell)));
  const each = grouped(cells, (cell) => JSON.stringify([commonOf(cell), cell.model, cell.hardware]));
  return [
    ...[...overall.values()].map((own) => summaryOf(own, false)),
    ...[...each.values()].map((own) => summaryOf(own, true)),
  ].toSorted(inOrder);
}

function commonOf({ metric, bin, split, class: kind, client }: ValidationCell): unknown {
  return { metric, bin, split, kind, client };
}

function summaryOf(cells: readonly ValidationCell[], ofOne: boolean): ValidationSummary {
  const [first] = cells;
  if (first === undefined) throw new RangeError('a group has a cell');
  return {
    metric: first.metric,
    ...(first.bin !== undefined && { bin: first.bin }),
    split: first.split,
    class: first.class,
    client: first.client,
    ...(ofOne && { hardware: first.hardware, model: first.model }),
    ...errorFigures(cells),
  };
}

/** Over all before each, then by metric, class, client, split and load. */
function inOrder(a: ValidationSummary, b: ValidationSummary): number {
  const rank = (one: ValidationSummary): (number | string)[] => [
    one.model === undefined ? 0 : 1,
    METRICS.findIndex((name) => one.metric.startsWith(name)),
    one.metric,
    one.class,
    one.client,
    one.split,
    one.model ?? '',
    one.hardware ?? '',
    BINS.indexOf(one.bin),
  ];
  const [left, right] = [rank(a), rank(b)];
  const place = left.findIndex((value, index) => value !== right[index]);
  const [mine, others] = [left[place], right[place]];
  return mine === undefined || others === undefined || mine === others ? 0 : mine < others ? -1 : 1;
}
