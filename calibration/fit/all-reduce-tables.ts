import { grouped } from '../../base/grouped.ts';
import type { KernelTables } from '../../hardware-profiles/kernel-tables.ts';
import { numberOf, textOf, type MeasuredRow } from './measured-rows.ts';
import { monotone, thinGrid } from './thin-grid.ts';

/**
 * Turns the rows of vLLM's all-reduce (num_gpus, message_size, latency in ms, backend vllm_graph or vllm_eager) into
 * (GPUs, bytes). The message column counts elements of two bytes.
 */
export function allReduceTables(rows: readonly MeasuredRow[]): KernelTables['allReduce'] {
  return [true, false].flatMap((inGraph) => {
    const own = rows.filter((row) => textOf(row, 'backend') === (inGraph ? 'vllm_graph' : 'vllm_eager'));
    const lines = grouped(own, (row) => `${numberOf(row, 'num_gpus')}`);
    const measured = [...lines.values()].flatMap((line) => {
      const sorted = [...line].sort((a, b) => numberOf(a, 'message_size') - numberOf(b, 'message_size'));
      const times = monotone(sorted.map((row) => numberOf(row, 'latency') * 1e-3));
      return sorted.map((row, index) => ({
        point: [numberOf(row, 'num_gpus'), 2 * numberOf(row, 'message_size')],
        time: times[index] ?? NaN,
      }));
    });
    const axis = (index: number): number[] =>
      [...new Set(measured.map(({ point }) => point[index] ?? NaN))].sort((a, b) => a - b);
    const grid = measured.length === 0 ? undefined : thinGrid([axis(0), axis(1)], measured);
    return grid === undefined ? [] : [{ inGraph, grid, fit: undefined }];
  });
}
