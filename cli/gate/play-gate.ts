import { invariant } from '../../base/invariant.ts';
import { throwProblems } from '../../base/user-error.ts';
import type { GateFigure } from '../../compare/gate/gate-figures.ts';
import type { FixtureName } from '../../scenarios/fixtures/fixture.ts';
import type { DecisionSelection } from '../../sim/fleet/decision-log.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { GateRun, GateTask } from '../jobs/task.ts';
import type { Arm } from './contest.ts';

/** The runs of one arm under one fixture, by ascending seed. */
export interface PlayedArm {
  readonly arm: Arm;
  readonly fixture: FixtureName | undefined;
  readonly runs: readonly GateRun[];
}

export interface ArmsToPlay {
  readonly arms: readonly Arm[];
  /** undefined = the traffic as it is. */
  readonly fixtures: readonly (FixtureName | undefined)[];
  readonly seeds: readonly number[];
  readonly figures: readonly GateFigure[];
  readonly check: boolean;
}

/**
 * Plays every arm under every fixture with every seed: equal seeds are equal traffic. Throws UserError where no request of
 * a run is completed.
 */
export async function playGate(
  { arms, fixtures, seeds, figures, check }: ArmsToPlay,
  jobs: Jobs,
): Promise<PlayedArm[]> {
  const cases = fixtures.flatMap((fixture) => arms.map((arm) => ({ arm, fixture })));
  const tasks = cases.flatMap(({ arm, fixture }) =>
    seeds.map((seed, place) =>
      gateTask(arm, { fixture, seed, figures, check, withEndpoints: place === 0 && fixture === undefined }),
    ),
  );
  const runs = await jobs.all(tasks);
  throwProblems(runs.flatMap(({ nothing }) => nothing).slice(0, 1));
  return cases.map(({ arm, fixture }, place) => ({
    arm,
    fixture,
    runs: runs.slice(place * seeds.length, (place + 1) * seeds.length),
  }));
}

/** One run of an arm once more, with the decisions of these requests. */
export async function playDecisions(
  arm: Arm,
  { seed, decisions }: { readonly seed: number; readonly decisions: DecisionSelection },
  jobs: Jobs,
): Promise<NonNullable<GateRun['decisions']>> {
  const task = gateTask(arm, {
    fixture: undefined,
    seed,
    figures: [],
    check: false,
    withEndpoints: false,
    decisions,
  });
  const [run] = await jobs.all([task]);
  invariant(run?.decisions !== undefined, 'decisions that were asked for are kept');
  return run.decisions;
}

function gateTask(
  { name, policy, source }: Arm,
  run: {
    readonly fixture: FixtureName | undefined;
    readonly seed: number;
    readonly figures: readonly GateFigure[];
    readonly check: boolean;
    readonly withEndpoints: boolean;
    readonly decisions?: DecisionSelection;
  },
): GateTask {
  const { fixture, seed, figures, check, withEndpoints, decisions } = run;
  return {
    kind: 'gate',
    label: `${name}, seed ${seed}${fixture === undefined ? '' : `, fixture ${fixture}`}`,
    source: { ...source, fixture },
    policy,
    seed,
    check,
    figures: figures.map(({ figure }) => figure),
    withEndpoints,
    decisions,
  };
}
