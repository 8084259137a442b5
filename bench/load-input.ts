import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { invariant } from '../base/invariant.ts';
import { nodeResources } from '../cli/files/node-resources.ts';
import { packageRoot } from '../cli/package-root.ts';
import { loadScenario } from '../scenarios/load/load-scenario.ts';
import { resolveScenario } from '../scenarios/resolve/resolve-scenario.ts';
import { runInputs } from '../scenarios/resolve/run-inputs.ts';
import { workloadOf } from '../scenarios/resolve/workload-of.ts';
import type { RunInput } from '../sim/fleet/run-input.ts';
import type { BenchWorkload } from './workload-list.ts';

/** Every pass plays the same requests. */
const SEED = 1;

/**
 * The resolved input of a workload: what `simulate` is given by `fleetcast run`, the trace read and parsed. Throws
 * UserError for a workload that cannot be run.
 */
export function loadInput(workload: BenchWorkload, sets: readonly string[] = []): RunInput {
  const file = path.join(packageRoot(), 'bench', 'workloads', workload.scenario);
  const resources = nodeResources(packageRoot());
  const trace = workload.trace === undefined ? undefined : sharedFile(workload.trace);
  const overrides = [
    ...(trace === undefined ? [] : [`spec.workload.trace.file=${JSON.stringify(trace)}`]),
    ...workload.sets,
    ...sets,
  ];
  const shown = `bench/workloads/${workload.scenario}`;
  const loaded = loadScenario({ file: shown, text: readFileSync(file, 'utf8') }, overrides, resources);
  const scenario = resolveScenario(loaded, resources);
  const opened = workloadOf(loaded, resources);
  const [input] = runInputs(scenario, opened, { policies: [workload.policy], seeds: [SEED] });
  invariant(input !== undefined, 'one policy and one seed make one run');
  return input;
}

/** Why a workload cannot be played here; undefined = it can. */
export function obstacleTo({ trace }: BenchWorkload): string | undefined {
  if (trace === undefined || existsSync(sharedFile(trace))) return undefined;
  return `${trace} is not in ${process.env.FLEETCAST_SHARED ?? '../shared'} (FLEETCAST_SHARED names the folder)`;
}

function sharedFile(relative: string): string {
  return path.resolve(packageRoot(), process.env.FLEETCAST_SHARED ?? '../shared', relative);
}
