import { throwProblems, UserError } from '../../base/user-error.ts';
import type { Label } from '../../documents/run-report.ts';
import { loadOf } from '../../sim/workload/load/load.ts';
import { makeWorkload, type WorkloadOptions } from '../../sim/workload/make-workload.ts';
import { contentOf, defaultFinish } from '../../sim/workload/sources.ts';
import type { Workload } from '../../sim/workload/workload.ts';
import type { Fixture } from '../fixtures/fixture.ts';
import type { LoadedScenario } from '../load/load-scenario.ts';
import type { ScenarioResources } from '../resources.ts';

export interface OpenedWorkload {
  readonly workload: Workload;
  /** What weakens forecasts made with it. */
  readonly labels: readonly Label[];
  /** The same content as an open loop, so many times as fast as it was recorded or generated. */
  readonly atRate: (rateScale: number) => Workload;
  /** Runs of it are played under this. */
  readonly fixture?: Fixture | undefined;
}

/** What is made of the requests of a scenario. */
export interface WorkloadChanges {
  /** Each seed plays them as they might have come instead. */
  readonly replications?: WorkloadOptions['replications'];
  readonly fixture?: Fixture | undefined;
}

/**
 * The requests of a scenario, the first `requests` of them. Reads the trace that it names. Throws UserError for a trace
 * line that is wrong, and for a load that does not go with the source.
 */
export function workloadOf(
  { scenario, file, locate }: LoadedScenario,
  resources: ScenarioResources,
  requests?: number,
  { replications, fixture }: WorkloadChanges = {},
): OpenedWorkload {
  const { workload: spec } = scenario.spec;
  const content = contentOf(spec, {
    open: (name, format) => resources.trace(name, file, format),
    clientIsCapped: spec.client.max_in_flight !== undefined,
  });
  const labels = content.warnings.map((text) => ({ code: 'workload', text, path: 'spec.workload' }));
  const replicas = scenario.spec.fleet.pools.reduce((sum, pool) => sum + pool.replicas, 0);
  const reshape = fixture?.content;
  const under = (load: typeof spec.load): Workload =>
    makeWorkload({
      content,
      load: loadOf(load),
      finish: spec.finish ?? defaultFinish(spec),
      requests,
      replications,
      reshaped: reshape && fixture && { name: fixture.name, apply: (one) => reshape(one, replicas) },
    });
  try {
    return {
      workload: under(spec.load),
      labels: [
        ...labels,
        ...(fixture === undefined ? [] : [{ code: 'fixture', text: `${fixture.name}: ${fixture.about}` }]),
      ],
      atRate: (rateScale) => under({ rate_scale: rateScale }),
      fixture,
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const place =
      spec.load === undefined ? (['spec', 'workload'] as const) : (['spec', 'workload', 'load'] as const);
    throwProblems(
      error.problems.map((problem) => ({
        ...problem,
        message: `${place.join('.')}: ${problem.message}`,
        at: problem.at ?? locate(place),
      })),
    );
    throw error;
  }
}
