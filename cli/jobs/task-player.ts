import { UserError } from '../../base/user-error.ts';
import { judgeRuns } from '../../compare/judge-runs.ts';
import type { RunRecord } from '../../documents/run-record.ts';
import { fixtureNamed } from '../../scenarios/fixtures/fixture.ts';
import { loadScenario } from '../../scenarios/load/load-scenario.ts';
import { resolveScenario, type ResolvedScenario } from '../../scenarios/resolve/resolve-scenario.ts';
import { runInputs } from '../../scenarios/resolve/run-inputs.ts';
import { workloadOf, type OpenedWorkload } from '../../scenarios/resolve/workload-of.ts';
import { simulate } from '../../sim/fleet/simulate.ts';
import { modelErrorFile } from '../files/model-error-file.ts';
import { nodeResources } from '../files/node-resources.ts';
import { playGateRun } from '../gate/play-gate-run.ts';
import { CandidatePlayer } from '../plan/candidate-player.ts';
import { reasonsOfEmptyRun } from '../run/nothing-completed.ts';
import { withModelError } from '../run/with-model-error.ts';
import type {
  CaseSource,
  CellResult,
  CellTask,
  ForecastResult,
  ForecastTask,
  RunTask,
  Task,
  TaskProgress,
  TaskResults,
} from './task.ts';

type OnProgress = (progress: TaskProgress) => void;

interface OpenCase {
  readonly scenario: ResolvedScenario;
  readonly opened: OpenedWorkload;
}

/** Plays tasks, one after the other. Keeps the last scenario open: neighbouring tasks mostly share it. */
export class TaskPlayer {
  private readonly candidates = new CandidatePlayer();
  private last: { readonly key: string; readonly value: OpenCase } | undefined;

  /** Throws UserError for a scenario that cannot be played, InvariantError for a broken law. */
  play<Kind extends Task['kind']>(
    task: Task & { readonly kind: Kind },
    onProgress: OnProgress,
  ): TaskResults[Kind];
  play(task: Task, onProgress: OnProgress): TaskResults[Task['kind']] {
    switch (task.kind) {
      case 'run':
        return playRun(task, this.open(task.source), onProgress);
      case 'cell':
        return playCell(task, this.open(task.source), onProgress);
      case 'forecast':
        return this.forecast(task, onProgress);
      case 'candidate':
        return this.candidates.play(task, onProgress);
      case 'gate':
        return playGateRun(task, this.open(task.source), onProgress);
    }
  }

  /** A measurement that cannot be played is an answer, not the end of all others. */
  private forecast(task: ForecastTask, onProgress: OnProgress): ForecastResult {
    const { policy, seed, source, withRequests } = task;
    try {
      const open = this.open(source);
      const { entry, requests } = playRun(
        { policy, seed, check: false, decisions: undefined },
        open,
        onProgress,
      );
      return { entry, problems: [], ...(withRequests && { requests }) };
    } catch (error) {
      if (error instanceof UserError) return { problems: error.problems };
      throw error;
    }
  }

  private open(source: CaseSource): OpenCase {
    const key = JSON.stringify(source);
    if (this.last?.key === key) return this.last.value;
    const resources = nodeResources(source.cwd, source.revision);
    const loaded = loadScenario(source.scenario, source.sets, resources, source.changes);
    const value = {
      scenario: resolveScenario(loaded, resources),
      opened: workloadOf(loaded, resources, source.requests, {
        replications: source.replications,
        fixture: source.fixture === undefined ? undefined : fixtureNamed(source.fixture),
      }),
    };
    this.last = { key, value };
    return value;
  }
}

function playRun(
  { policy, seed, check, decisions }: Pick<RunTask, 'policy' | 'seed' | 'check' | 'decisions'>,
  { scenario, opened }: OpenCase,
  onProgress: OnProgress,
): RunRecord {
  const selection = { policies: [policy], seeds: [seed], check, decisions };
  const records = runInputs(scenario, opened, selection).map((input) => simulate(input, onProgress));
  const [record] = records;
  if (record === undefined) throw new Error('a policy and a seed make one run');
  return record;
}

function playCell(task: CellTask, { scenario, opened }: OpenCase, onProgress: OnProgress): CellResult {
  const { policy, baseline, seeds, check } = task;
  const isRelative = scenario.thresholds.some(({ limit }) => 'timesBaseline' in limit);
  const policies = isRelative && policy !== baseline ? [baseline, policy] : [policy];
  const inputs = runInputs(scenario, opened, { policies, seeds, check });
  let before = 0;
  const records = inputs.map((input) => {
    let latest = 0;
    const record = simulate(input, ({ ended, total }) => {
      latest = ended;
      onProgress({ ended: before + ended, total: total === undefined ? undefined : total * inputs.length });
    });
    before += Math.max(latest, record.entry.requests.offered);
    return record;
  });
  const judged = judgeRuns({
    records,
    attainment: scenario.slo?.attainment,
    thresholds: scenario.thresholds,
    seed: seeds[0] ?? 1,
  });
  const own = judged.runs.filter((entry) => entry.policy === policy);
  return {
    ...withModelError(own, scenario.policies, modelErrorFile()),
    nothing: records.flatMap((record, k) => reasonsOfEmptyRun(record, inputs[k]?.pools ?? [])),
  };
}
