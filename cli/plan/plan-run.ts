import { UserError } from '../../base/user-error.ts';
import { API_VERSION } from '../../documents/run-report.ts';
import type { Plan, PlannedFleet } from '../../documents/plan.ts';
import { demandOf } from '../../planner/demand.ts';
import type { FleetRun } from '../../planner/ledger.ts';
import { makePlan, type PlanFigures } from '../../planner/make-plan.ts';
import type { SolveMix } from '../../planner/mix-program.ts';
import { planSpace } from '../../planner/plan-space.ts';
import type { PlanToMake } from '../../planner/plan-to-make.ts';
import { requirementOf } from '../../planner/requirement.ts';
import { planAnswerOf } from '../../reports/plan/plan-answer.ts';
import { modelOf } from '../../scenarios/resolve/model-of.ts';
import type { ScenarioResources } from '../../scenarios/resources.ts';
import type { LoadedScenario } from '../../scenarios/load/load-scenario.ts';
import type { ResolvedScenario } from '../../scenarios/resolve/resolve-scenario.ts';
import type { OpenedWorkload } from '../../scenarios/resolve/workload-of.ts';
import { modelErrorFile } from '../files/model-error-file.ts';
import { nodeResources } from '../files/node-resources.ts';
import { openJobs, type Jobs } from '../jobs/jobs.ts';
import type { CandidateTask, CaseSource } from '../jobs/task.ts';
import { packageVersion } from '../package-root.ts';
import type { Terminal } from '../terminal.ts';
import { withModelError } from '../run/with-model-error.ts';
import { highsSolver } from './highs-solver.ts';

export interface PlanRun {
  readonly source: CaseSource;
  readonly loaded: LoadedScenario;
  readonly scenario: ResolvedScenario;
  readonly opened: OpenedWorkload;
  readonly policies: readonly string[];
  /** One per replication. */
  readonly seeds: readonly number[];
  readonly check: boolean;
  readonly jobs: number;
}

/** A plan that can be made: what the planner needs, and the document of what it finds. */
export interface PreparedPlan {
  readonly input: PlanToMake;
  readonly documentOf: (figures: PlanFigures) => Plan;
}

/** Searches the cheapest fleet for a scenario, with a progress line on a terminal. Throws UserError for a plan that cannot be made. */
export async function planRun(run: PlanRun, terminal: Terminal): Promise<Plan> {
  const jobs = openJobs(run.jobs, terminal);
  try {
    const { input, documentOf } = preparePlan(run, jobs, await highsSolver());
    return documentOf(await makePlan(input));
  } finally {
    await jobs.close();
  }
}

/** Throws UserError for a plan that cannot be made. */
export function preparePlan(run: PlanRun, jobs: Jobs, solve: SolveMix): PreparedPlan {
  const { source, loaded, scenario, opened, seeds } = run;
  const [seed = 1] = seeds;
  const resources = nodeResources(source.cwd);
  const space = planSpace(source.scenario, source.sets, loaded, resources);
  const { load } = loaded.scenario.spec.workload;
  const scalable = load === undefined || load.rate_scale !== undefined;
  const demanded = {
    slo: scenario.slo,
    holdsBack: loaded.scenario.spec.workload.client.max_in_flight !== undefined,
  };
  const demand = demandOf(opened.workload, seed, demanded);
  if (demand.requests === 0) {
    throw new UserError({
      code: 'E_PLAN',
      message: 'the workload has no requests',
      hint: 'look at spec.workload',
    });
  }
  const promised = demand.rows.some(({ targets }) => Object.keys(targets).length > 0);
  if (!promised && scenario.thresholds.length === 0) {
    const classes = [...(scenario.slo?.classes.keys() ?? [])];
    throw new UserError({
      code: 'E_PLAN',
      message: `spec.slo promises nothing that a fleet could keep: ${classes.length === 0 ? 'it has no target' : `no request has the class ${classes.join(', ')}`}`,
      at: loaded.locate(['spec', 'slo']),
      hint: 'give targets for all requests (`slo: { ttft: 2s, tpot: 50ms }`), or for a class that requests have',
    });
  }
  const { load: planned, peak } = requirementOf(space.plan, demand.requests / demand.seconds);
  if (!scalable && (planned !== 1 || peak !== 1 || space.plan.calendar !== undefined)) {
    throw new UserError({
      code: 'E_PLAN',
      message: 'headroom, growth, users and a calendar scale the rate of an open loop, and this load is none',
      at: loaded.locate(['spec', 'workload', 'load']),
      hint: 'use load: { rate_scale: 1 }, or leave them out of spec.plan',
    });
  }
  const requestsIn = new Map([[0, demand.requests]]);
  for (const [replication, other] of seeds.entries()) {
    if (replication === 0) continue;
    const { count } = opened.workload.open(other);
    requestsIn.set(replication, count ?? demandOf(opened.workload, other, demanded).requests);
  }
  const input: PlanToMake = {
    space,
    policies: run.policies,
    demand,
    slo: scenario.slo,
    prices: loaded.scenario.spec.prices,
    streaming: scenario.client.streaming,
    warmup: scenario.warmup,
    scalable,
    replications: seeds.length,
    solve,
    play: (fleets) =>
      jobs.all(
        fleets.map((fleet) =>
          taskOf(fleet, {
            run,
            pools: fleet.pools.flatMap(({ shape, replicas }) => {
              const pool = space.shapes[shape]?.pool;
              return pool === undefined || replicas === 0 ? [] : [{ ...pool, replicas }];
            }),
            prices: space.prices,
            baseScale: scalable ? (load?.rate_scale ?? 1) : undefined,
            requests: requestsIn.get(fleet.replication ?? 0) ?? demand.requests,
          }),
        ),
      ),
  };
  const manifest = {
    scenario: scenario.name,
    scenarioSha256: scenario.sha256,
    workloadSha256: opened.workload.sha256,
    fleetcastVersion: packageVersion(),
    seeds: [...seeds],
  };
  return {
    input,
    documentOf: (figures) => {
      const plan: Plan = {
        apiVersion: API_VERSION,
        kind: 'Plan',
        manifest,
        answer: { sentence: '' },
        ...figures,
        ...(figures.best !== undefined && { best: withBands(figures.best, loaded, resources) }),
      };
      return { ...plan, answer: planAnswerOf(plan) };
    },
  };
}

/** The planned fleet with the errors of past forecasts around its figures. */
function withBands(
  best: PlannedFleet,
  { scenario, file }: LoadedScenario,
  resources: ScenarioResources,
): PlannedFleet {
  const { spec } = scenario;
  const model = spec.model === undefined ? undefined : modelOf(spec.model, file, resources);
  const quantization = spec.fleet.pools[0]?.engine.quantization;
  const servers = best.pools.map(({ hardware }) => ({ model, hardware, quantization }));
  const { forecast } = best;
  if (forecast === undefined) return best;
  const { runs, bands } = withModelError([forecast], [{ name: forecast.policy, servers }], modelErrorFile());
  return { ...best, ...(runs[0] !== undefined && { forecast: runs[0] }), ...(bands.length > 0 && { bands }) };
}

function taskOf(
  { policy, load, whole, replication = 0 }: FleetRun,
  {
    run,
    pools,
    prices,
    baseScale,
    requests,
  }: {
    readonly run: PlanRun;
    readonly pools: CandidateTask['pools'];
    readonly prices: CandidateTask['prices'];
    readonly baseScale: number | undefined;
    readonly requests: number;
  },
): CandidateTask & { kind: 'candidate' } {
  const seed = run.seeds[replication] ?? 1;
  const fleet = pools.map(({ name, replicas }) => `${replicas} x ${name}`).join(' + ');
  return {
    kind: 'candidate',
    label: `${fleet}, policy ${policy}, load ${load}, seed ${seed}, scenario SHA-256 ${run.scenario.sha256}`,
    source: run.source,
    prices,
    pools,
    rateScale: baseScale === undefined || load === 1 ? undefined : baseScale * load,
    policy,
    seed,
    mayShorten: whole ? undefined : requests,
    check: run.check,
  };
}
