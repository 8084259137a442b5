import { highsSolver } from '../../cli/plan/highs-solver.ts';
import { loadScenario } from '../../scenarios/load/load-scenario.ts';
import { resolveScenario } from '../../scenarios/resolve/resolve-scenario.ts';
import { runInputs } from '../../scenarios/resolve/run-inputs.ts';
import { workloadOf } from '../../scenarios/resolve/workload-of.ts';
import { demandOf } from '../../planner/demand.ts';
import type { FleetRun } from '../../planner/ledger.ts';
import { makePlan } from '../../planner/make-plan.ts';
import { planSpace, poolsOverrides } from '../../planner/plan-space.ts';
import type { PlanToMake } from '../../planner/plan-to-make.ts';
import { playCandidate, type PlayedCandidate } from '../../planner/play-candidate.ts';
import { resourcesOf } from './scenario-text.ts';

/** A scenario's plan, made in this thread, and the means to play any of its fleets. */
export function planOf(text: string, replications = 1) {
  const source = { file: 's.yaml', text };
  const resources = resourcesOf();
  const loaded = loadScenario(source, [], resources);
  const scenario = resolveScenario(loaded, resources);
  const { workload } = workloadOf(loaded, resources);
  const space = planSpace(source, [], loaded, resources);
  const demand = demandOf(workload, 1, { slo: scenario.slo, holdsBack: false });
  const scale = loaded.scenario.spec.workload.load?.rate_scale ?? 1;
  const play = ({ pools, policy, load, whole, replication = 0 }: FleetRun): PlayedCandidate => {
    const rate = { path: ['spec', 'workload', 'load'], value: { rate_scale: scale * load }, origin: 'test' };
    const specs = pools.flatMap(({ shape, replicas }) => {
      const pool = space.shapes[shape]?.pool;
      return pool === undefined || replicas === 0 ? [] : [{ ...pool, replicas }];
    });
    const changed = loadScenario(source, [], resources, [rate, ...poolsOverrides(specs, space.prices)]);
    const resolved = resolveScenario(changed, resources);
    const [input] = runInputs(resolved, workloadOf(changed, resources), {
      policies: [policy],
      seeds: [1 + replication],
    });
    if (input === undefined) throw new Error('no run');
    return playCandidate({
      input,
      thresholds: resolved.thresholds,
      mayShorten: whole ? undefined : demand.requests,
    });
  };
  const input = async (): Promise<PlanToMake> => ({
    solve: await highsSolver(),
    space,
    policies: scenario.policies.map(({ name }) => name),
    demand,
    slo: scenario.slo,
    prices: loaded.scenario.spec.prices,
    streaming: scenario.client.streaming,
    warmup: scenario.warmup,
    scalable: true,
    replications,
    play: (runs) => Promise.resolve(runs.map(play)),
  });
  return { space, demand, play, input, plan: async () => makePlan(await input()) };
}
