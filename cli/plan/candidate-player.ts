import { playCandidate, type PlayedCandidate } from '../../planner/play-candidate.ts';
import { poolsOverrides } from '../../planner/plan-space.ts';
import { loadScenario } from '../../scenarios/load/load-scenario.ts';
import { resolveScenario, type ResolvedScenario } from '../../scenarios/resolve/resolve-scenario.ts';
import { runInputs } from '../../scenarios/resolve/run-inputs.ts';
import { workloadOf, type OpenedWorkload } from '../../scenarios/resolve/workload-of.ts';
import { nodeResources } from '../files/node-resources.ts';
import type { CandidateTask, TaskProgress } from '../jobs/task.ts';

/**
 * Plays fleets of a plan. Keeps what they share: the workload, and each mix of kinds resolved, since fleets
 * differ mostly in their numbers of replicas.
 */
export class CandidatePlayer {
  private readonly workloads = new Map<string, OpenedWorkload>();
  private readonly scenarios = new Map<string, ResolvedScenario>();

  play(task: CandidateTask, onProgress: (progress: TaskProgress) => void): PlayedCandidate {
    const scenario = this.scenarioOf(task);
    const { policy, seed, check } = task;
    const [input] = runInputs(scenario, this.workloadOf(task), { policies: [policy], seeds: [seed], check });
    if (input === undefined) throw new Error('a policy and a seed make one run');
    const pools = input.pools.map((pool, index) => ({
      ...pool,
      replicas: task.pools[index]?.replicas ?? pool.replicas,
    }));
    const run = { input: { ...input, pools }, thresholds: scenario.thresholds, mayShorten: task.mayShorten };
    return playCandidate(run, onProgress);
  }

  private scenarioOf({ source, pools, prices }: CandidateTask): ResolvedScenario {
    const kinds = pools.map((pool) => ({ ...pool, replicas: 1 }));
    const key = JSON.stringify([source, kinds, prices]);
    const known = this.scenarios.get(key);
    if (known !== undefined) return known;
    const resources = nodeResources(source.cwd);
    const changes = [...source.changes, ...poolsOverrides(kinds, prices)];
    const made = resolveScenario(loadScenario(source.scenario, source.sets, resources, changes), resources);
    this.scenarios.set(key, made);
    return made;
  }

  private workloadOf({ source, rateScale }: CandidateTask): OpenedWorkload {
    const content = JSON.stringify(source);
    const opened = this.workloads.get(content) ?? open(source);
    this.workloads.set(content, opened);
    return rateScale === undefined ? opened : { ...opened, workload: opened.atRate(rateScale) };
  }
}

function open(source: CandidateTask['source']): OpenedWorkload {
  const resources = nodeResources(source.cwd);
  const loaded = loadScenario(source.scenario, source.sets, resources, source.changes);
  return workloadOf(loaded, resources, source.requests);
}
