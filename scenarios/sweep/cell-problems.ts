import { UserError, type Problem } from '../../base/user-error.ts';
import { inOrder } from '../load/in-order.ts';
import { loadScenario } from '../load/load-scenario.ts';
import { resolveScenario } from '../resolve/resolve-scenario.ts';
import type { ScenarioResources } from '../resources.ts';
import type { SweepPoint } from './sweep-axis.ts';

/** What keeps the cells of a sweep from being played, each mistake once; empty when nothing does. */
export function cellProblems(
  source: { readonly file: string; readonly text: string },
  sets: readonly string[],
  cells: readonly (readonly SweepPoint[])[],
  resources: ScenarioResources,
): Problem[] {
  const problems = cells.flatMap((points): readonly Problem[] => {
    try {
      const changes = points.flatMap(({ overrides }) => overrides);
      resolveScenario(loadScenario(source, sets, resources, changes), resources);
      return [];
    } catch (error) {
      if (error instanceof UserError) return error.problems;
      throw error;
    }
  });
  return inOrder(problems, source.file);
}
