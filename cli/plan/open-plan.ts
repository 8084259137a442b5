import { planSpace } from '../../planner/plan-space.ts';
import { runInputs } from '../../scenarios/resolve/run-inputs.ts';
import { workloadOf, type OpenedWorkload } from '../../scenarios/resolve/workload-of.ts';
import type { ScenarioResources } from '../../scenarios/resources.ts';
import type { RunInput } from '../../sim/fleet/run-input.ts';
import { namesIn } from '../options.ts';
import { dryRun, type DryRun } from '../run/dry-run.ts';
import type { Terminal } from '../terminal.ts';
import { planDryRunText } from './plan-dry-run.ts';
import type { PlanRun } from './plan-run.ts';
import type { ScenarioBeside } from './scenarios-beside.ts';

/** What of a command line says how a plan is made. */
export interface PlanSettings {
  readonly policy?: string;
  readonly requests?: number;
  readonly seed: number;
  readonly replications: number;
  readonly jobs: number;
  readonly check?: true;
}

/** A scenario to plan for, with its requests and the runs of its policies as it stands. */
export interface OpenedPlan extends ScenarioBeside {
  readonly sets: readonly string[];
  readonly opened: OpenedWorkload;
  readonly inputs: readonly RunInput[];
}

/** Throws UserError for policies that the scenario has not, and for a workload that cannot be read. */
export function openPlan(
  beside: ScenarioBeside,
  sets: readonly string[],
  { policy, requests, seed }: PlanSettings,
  resources: ScenarioResources,
): OpenedPlan {
  const opened = workloadOf(beside.loaded, resources, requests);
  const inputs = runInputs(beside.scenario, opened, { policies: namesIn(policy), seeds: [seed] });
  return { ...beside, sets, opened, inputs };
}

export function planRunOf(
  { file, sets, loaded, scenario, inputs, opened }: OpenedPlan,
  { requests, seed, replications, jobs, check }: PlanSettings,
  cwd: string,
): PlanRun {
  return {
    source: { scenario: file, sets, changes: [], requests, cwd },
    loaded,
    scenario,
    opened,
    policies: inputs.map(({ policy }) => policy),
    seeds: Array.from({ length: replications }, (_, k) => seed + k),
    check: check ?? false,
    jobs,
  };
}

/** Prints what would be searched, and returns what would be played. */
export async function printDryRun(
  { file, sets, loaded, scenario, inputs, opened }: OpenedPlan,
  seed: number,
  resources: ScenarioResources,
  io: Terminal,
): Promise<DryRun> {
  const sum = dryRun(inputs, opened.workload, seed);
  const space = planSpace(file, sets, loaded, resources);
  await io.out(planDryRunText(scenario.name, space, inputs.length, sum));
  return sum;
}
