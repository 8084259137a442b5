import { invariant } from '../../base/invariant.ts';
import { figureOf, steadyFigureOf } from '../../compare/figure-of.ts';
import { idOf, type RequestTable } from '../../documents/request-table.ts';
import type { ResolvedScenario } from '../../scenarios/resolve/resolve-scenario.ts';
import { runInputs } from '../../scenarios/resolve/run-inputs.ts';
import type { OpenedWorkload } from '../../scenarios/resolve/workload-of.ts';
import { simulate } from '../../sim/fleet/simulate.ts';
import type { GateRun, GateTask, TaskProgress } from '../jobs/task.ts';
import { reasonsOfEmptyRun } from '../run/nothing-completed.ts';

/** One run of a gate, reduced to what the gate looks at. */
export function playGateRun(
  { policy, seed, check, decisions, figures, withEndpoints }: GateTask,
  { scenario, opened }: { readonly scenario: ResolvedScenario; readonly opened: OpenedWorkload },
  onProgress: (progress: TaskProgress) => void,
): GateRun {
  const [input] = runInputs(scenario, opened, { policies: [policy], seeds: [seed], check, decisions });
  invariant(input !== undefined, 'a policy and a seed make one run');
  const record = simulate(input, onProgress);
  const { entry, requests } = record;
  return {
    seed,
    verdict: entry.verdict,
    requests: entry.requests,
    labels: entry.labels,
    values: figures.map((figure) => figureOf(figure, record)),
    promised: scenario.thresholds.map((threshold) => steadyFigureOf(threshold, record)),
    endpoints: withEndpoints ? endpointsOf(requests) : undefined,
    decisions: record.decisions,
    nothing: reasonsOfEmptyRun(record, input.pools),
  };
}

export function endpointsOf(table: RequestTable): (readonly [string, string | undefined])[] {
  return Array.from(table.endpointCode, (code, row) => [
    idOf(table, row),
    table.dictionaries.endpoints[code],
  ]);
}
