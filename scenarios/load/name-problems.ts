import { didYouMean } from '../../base/nearest.ts';
import { UserError, type Problem } from '../../base/user-error.ts';
import { loadGpu } from '../../hardware-profiles/gpu-profile.ts';
import { MEASURED_FORMATS, TRACE_FORMATS, traceFormat } from '../../sim/workload/trace/trace-formats.ts';
import { engineNamed, isOtherEngine } from '../resolve/engine-profile-of.ts';
import { modelOf } from '../resolve/model-of.ts';
import { routerConfigOf } from '../resolve/router-of.ts';
import type { ScenarioResources } from '../resources.ts';
import { entries } from './cross-checks.ts';
import { formatPath, valueAt } from './scenario-path.ts';
import type { Locate } from './schema-problems.ts';

type Path = readonly (string | number)[];

/**
 * Names in a scenario behind which there is nothing usable: profiles, router configurations, files. Works on plain data
 * that may be wrong elsewhere. `file` is the scenario's own, from which relative names count.
 */
export function nameProblems(
  raw: unknown,
  file: string,
  locate: Locate,
  resources: ScenarioResources,
): Problem[] {
  const { profiles } = resources;
  const check = (path: Path, use: (name: string) => unknown): Problem[] => {
    const name = valueAt(raw, path);
    return typeof name === 'string' && name !== '' ? problemsIn(() => use(name), path, locate) : [];
  };
  const pools = entries(raw, ['spec', 'fleet', 'pools']);
  return [
    ...check(['spec', 'model'], (name) => modelOf(name, file, resources)),
    ...pools.flatMap(({ value, path }) => [
      // A pool with a step time of its own names hardware for its price only.
      ...(valueAt(value, ['step_time']) === undefined
        ? check([...path, 'hardware'], (name) => loadGpu(profiles, name))
        : []),
      ...check(
        [...path, 'engine', 'profile'],
        (name) => isOtherEngine(name) || engineNamed(name, file, resources),
      ),
    ]),
    ...entries(raw, ['spec', 'plan', 'hardware']).flatMap(({ path }) =>
      check(path, (name) => loadGpu(profiles, name)),
    ),
    ...priceProblems(raw, pools, locate, resources),
    ...entries(raw, ['spec', 'policies']).flatMap(({ value, path }) => [
      ...check([...path, 'router', 'file'], (name) =>
        routerConfigOf(
          {
            file: name,
            key: keyOf(value),
            allow_experimental: valueAt(value, ['router', 'allow_experimental']) === true,
          },
          file,
          resources,
        ),
      ),
    ]),
    ...traceProblems(raw, file, locate, resources),
  ];
}

function keyOf(policy: unknown): string | undefined {
  const key = valueAt(policy, ['router', 'key']);
  return typeof key === 'string' ? key : undefined;
}

/** Problems that something throws: at a place of the scenario, unless they name a line of another file. */
function problemsIn(use: () => unknown, path: Path, locate: Locate): Problem[] {
  try {
    use();
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.problems.map((problem) => {
      if (problem.at?.line !== undefined) return problem;
      const file = problem.at === undefined ? '' : `${problem.at.file}: `;
      return { ...problem, message: `${formatPath(path)}: ${file}${problem.message}`, at: locate(path) };
    });
  }
}

function priceProblems(
  raw: unknown,
  pools: ReturnType<typeof entries>,
  locate: Locate,
  { profiles }: ScenarioResources,
): Problem[] {
  const known = [
    ...profiles.names('gpus'),
    ...pools.flatMap(({ value }) => {
      const name = valueAt(value, ['hardware']);
      return typeof name === 'string' ? [name] : [];
    }),
  ];
  return entries(raw, ['spec', 'prices']).flatMap(({ path }) => {
    const name = String(path.at(-1));
    if (known.includes(name)) return [];
    return {
      code: 'E_UNKNOWN_PROFILE',
      message: `${formatPath(path)}: there is no hardware profile "${name}"`,
      at: locate(path, 'key'),
      hint: didYouMean(name, known) ?? `known: ${[...new Set(known)].join(', ')}`,
    };
  });
}

function traceProblems(raw: unknown, file: string, locate: Locate, resources: ScenarioResources): Problem[] {
  return ['trace', 'measured'].flatMap((source) => {
    const path = ['spec', 'workload', source];
    const name = valueAt(raw, [...path, 'file']);
    const format = valueAt(raw, [...path, 'format']) ?? 'columns';
    // The schema has its own word on a format that does not exist.
    if (typeof name !== 'string' || name === '' || !isFormat(format)) return [];
    return problemsIn(() => resources.trace(name, file, traceFormat(format)), [...path, 'file'], locate);
  });
}

function isFormat(name: unknown): name is string {
  return (
    typeof name === 'string' &&
    [...Object.keys(TRACE_FORMATS), ...Object.keys(MEASURED_FORMATS), 'columns'].includes(name)
  );
}
