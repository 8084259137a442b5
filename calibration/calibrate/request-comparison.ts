import { COMPLETED, indexOf } from '../../documents/request-table.ts';
import { runInputs } from '../../scenarios/resolve/run-inputs.ts';
import type { OpenedWorkload } from '../../scenarios/resolve/workload-of.ts';
import type { ResolvedScenario } from '../../scenarios/resolve/resolve-scenario.ts';
import { simulate } from '../../sim/fleet/simulate.ts';
import type { MeasuredRequest } from '../validate/validation-case.ts';
import { blockOf, isHeldOut, type Comparison, type ComparisonRow } from './comparison.ts';

const METRICS = ['ttft', 'tpot'] as const;
/** Requests that were in the server together err together. */
const REQUESTS_PER_BLOCK = 5;

/**
 * TTFT and TPOT of the requests of a recorded run against a simulation of it. All requests are played; `measured` is in the
 * order in which the workload plays them.
 */
export function requestComparison(
  measured: readonly MeasuredRequest[],
  workload: OpenedWorkload,
  resolve: (values: readonly number[]) => ResolvedScenario,
  seed: number,
): Comparison {
  const rows: ComparisonRow[] = [];
  /** [position of the request, metric] of each row. */
  const places = new Map<string, number>();
  for (const [k, request] of measured.entries()) {
    const block = blockOf(k, measured.length, REQUESTS_PER_BLOCK);
    for (const metric of METRICS) {
      const value = request[metric];
      if (value === undefined || !(value > 0)) continue;
      places.set(`${k} ${metric}`, rows.length);
      rows.push({ metric, measured: value, block, heldOut: isHeldOut(block) });
    }
  }
  return {
    rows,
    predict(values) {
      const scenario = resolve(values);
      const [policy] = scenario.policies;
      const [input] = runInputs(scenario, workload, { policies: [policy?.name ?? ''], seeds: [seed] });
      const predicted = new Float64Array(rows.length).fill(NaN);
      if (input === undefined) return predicted;
      const { requests: table } = simulate(input);
      for (let row = 0; row < table.rows; row++) {
        if (table.status[row] !== COMPLETED) continue;
        for (const metric of METRICS) {
          const place = places.get(`${indexOf(table, row)} ${metric}`);
          if (place !== undefined) predicted[place] = table[metric][row] ?? NaN;
        }
      }
      return predicted;
    },
  };
}
