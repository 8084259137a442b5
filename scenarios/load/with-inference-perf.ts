import { UserError, type Problem } from '../../base/user-error.ts';
import type { ValuePath } from '../../base/yaml-text.ts';
import { readEntry, type ReadEntry } from '../inference-perf/read-entry.ts';
import { workloadOfEntry } from '../inference-perf/workload-of-entry.ts';
import type { ScenarioResources } from '../resources.ts';
import { valueAt, withValueAt } from './scenario-path.ts';
import type { Locate } from './schema-problems.ts';

const PLACE: ValuePath = ['spec', 'workload', 'inference_perf'];

/**
 * The plain data of a scenario with the workload that `inference_perf` names in place of the name; what stands beside it
 * (`load`, `client`, `finish`) goes before what the entry says. Unchanged where there is none, or one that cannot be used.
 */
export function withInferencePerf(
  raw: unknown,
  from: string,
  locate: Locate,
  resources: ScenarioResources,
): { readonly raw: unknown; readonly problems: readonly Problem[] } {
  const name = valueAt(raw, [...PLACE, 'file']);
  const id = valueAt(raw, [...PLACE, 'id']);
  // The schema has its own word on these.
  if (typeof name !== 'string' || name === '' || (id !== undefined && typeof id !== 'string')) {
    return { raw, problems: [] };
  }
  const read = entryIn(name, id, from, resources);
  if ('problems' in read) return { raw, problems: read.problems.map((one) => placed(one, name, locate)) };
  const { inference_perf: _, ...beside } = Object(valueAt(raw, ['spec', 'workload'])) as Readonly<
    Record<string, unknown>
  >;
  const workload = { ...workloadOfEntry(read.entry), ...beside };
  return { raw: withValueAt(raw, ['spec', 'workload'], workload), problems: [] };
}

function entryIn(
  name: string,
  id: string | undefined,
  from: string,
  resources: ScenarioResources,
): ReadEntry {
  try {
    return readEntry(resources.text(name, from), id);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { problems: error.problems };
  }
}

/** A problem that has no line of the file belongs to the place that names the file. */
function placed(problem: Problem, name: string, locate: Locate): Problem {
  if (problem.at?.line !== undefined) return problem;
  return {
    ...problem,
    message: `spec.workload.inference_perf: ${name}: ${problem.message}`,
    at: locate(PLACE),
  };
}
