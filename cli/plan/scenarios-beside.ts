import path from 'node:path';

import { UserError } from '../../base/user-error.ts';
import { loadScenario, type LoadedScenario } from '../../scenarios/load/load-scenario.ts';
import type { Override } from '../../scenarios/load/override.ts';
import type { ResolvedScenario } from '../../scenarios/resolve/resolve-scenario.ts';
import type { ScenarioResources } from '../../scenarios/resources.ts';
import { planSchema, type PlanSpec } from '../../scenarios/schema/plan-schema.ts';
import { findScenario, readScenario } from '../files/scenario-file.ts';
import type { CaseSource } from '../jobs/task.ts';
import { plannedScenario } from './planned-scenario.ts';

/** A scenario of another model, with what the first one's plan shares in the place of its own. */
export interface ScenarioBeside {
  readonly file: CaseSource['scenario'];
  readonly loaded: LoadedScenario;
  readonly scenario: ResolvedScenario;
}

/**
 * The scenarios that `spec.plan.with` names, paths relative to the file that names them. Throws UserError for one that is not
 * there or has a mistake, and for two of one name.
 */
export function scenariosBeside(
  first: LoadedScenario,
  cwd: string,
  resources: ScenarioResources,
): ScenarioBeside[] {
  const { plan, prices = {} } = first.scenario.spec;
  const folder = path.resolve(cwd, path.dirname(first.file));
  const names = [first.scenario.metadata.name];
  return (plan?.with ?? []).map((name, index) => {
    const at = first.locate(['spec', 'plan', 'with', index]);
    const file = readScenario(found(name, folder, at), cwd);
    const own = loadScenario(file, [], resources).scenario;
    if (names.includes(own.metadata.name)) {
      throw new UserError({
        code: 'E_PLAN',
        message: `spec.plan.with[${index}] is a second scenario named ${own.metadata.name}`,
        at,
        hint: 'give each one a metadata.name of its own',
      });
    }
    names.push(own.metadata.name);
    const origin = `spec.plan of ${first.file}`;
    const changes: Override[] = [
      { path: ['spec', 'plan'], value: sharedPlan(own.spec.plan ?? planSchema.parse({}), plan), origin },
      { path: ['spec', 'prices'], value: prices, origin },
    ];
    return { file, ...plannedScenario(file, [], resources, changes) };
  });
}

function found(name: string, folder: string, at: UserError['problems'][0]['at']): string {
  try {
    return findScenario(name, folder);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const [problem] = error.problems;
    throw new UserError({
      ...problem,
      message: `spec.plan.with: there is no scenario ${name}`,
      ...(at && { at }),
    });
  }
}

/** A plan with what it shares taken from another; the limits that both share are held by the joint search. */
function sharedPlan(own: PlanSpec, shared: PlanSpec | undefined): Partial<PlanSpec> {
  const {
    hardware,
    tensor_parallel_size: sizes,
    max_gpus: gpus,
    node_gpus: node,
    mixes,
    power,
    term,
  } = shared ?? {};
  const value = {
    ...own,
    hardware,
    tensor_parallel_size: own.tensor_parallel_size ?? sizes,
    max_gpus: gpus,
    node_gpus: node,
    mixes,
    power,
    term,
    stock: undefined,
    with: undefined,
  };
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
}
