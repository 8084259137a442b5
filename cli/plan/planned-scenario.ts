import { UserError } from '../../base/user-error.ts';
import { planSpace } from '../../planner/plan-space.ts';
import { loadScenario, type LoadedScenario } from '../../scenarios/load/load-scenario.ts';
import type { Override } from '../../scenarios/load/override.ts';
import { resolveScenario, type ResolvedScenario } from '../../scenarios/resolve/resolve-scenario.ts';
import type { ScenarioResources } from '../../scenarios/resources.ts';
import type { CaseSource } from '../jobs/task.ts';

/**
 * A scenario to plan for. Where the model does not fit its own pools, the first kind that the plan may buy stands in their
 * place: the plan chooses the fleet anyway. Throws UserError as resolving does, and where no kind fits.
 */
export function plannedScenario(
  source: CaseSource['scenario'],
  sets: readonly string[],
  resources: ScenarioResources,
  changes: readonly Override[] = [],
): { readonly loaded: LoadedScenario; readonly scenario: ResolvedScenario } {
  const loaded = loadScenario(source, sets, resources, changes);
  try {
    return { loaded, scenario: resolveScenario(loaded, resources) };
  } catch (error) {
    if (!(error instanceof UserError) || error.problems.some(({ code }) => code !== 'E_DOES_NOT_FIT'))
      throw error;
    const [shape] = planSpace(source, sets, loaded, resources).shapes;
    if (shape === undefined) throw error;
    const pools = { path: ['spec', 'fleet', 'pools'], value: [shape.pool], origin: 'plan' };
    return {
      loaded,
      scenario: resolveScenario(loadScenario(source, sets, resources, [...changes, pools]), resources),
    };
  }
}
