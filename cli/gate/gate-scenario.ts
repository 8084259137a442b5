import { UserError } from '../../base/user-error.ts';
import { gateFigures } from '../../compare/gate/gate-figures.ts';
import type { GateReport } from '../../documents/gate-report.ts';
import { loadScenario } from '../../scenarios/load/load-scenario.ts';
import { resolveScenario } from '../../scenarios/resolve/resolve-scenario.ts';
import { runInputs } from '../../scenarios/resolve/run-inputs.ts';
import { workloadOf } from '../../scenarios/resolve/workload-of.ts';
import { nodeResources } from '../files/node-resources.ts';
import { findScenario, readScenario } from '../files/scenario-file.ts';
import { openJobs } from '../jobs/jobs.ts';
import { namesIn } from '../options.ts';
import { packageVersion } from '../package-root.ts';
import { worthWorkers } from '../run/play-all.ts';
import type { Terminal } from '../terminal.ts';
import type { GateOptions } from '../verbs/gate.ts';
import type { Arm } from './contest.ts';
import { decisionsChanged } from './decisions-changed.ts';
import type { RecordedGate } from './gate-recorded.ts';
import { gateReportOf, judgeSides, type GateSide } from './gate-report-of.ts';
import { playGate, type PlayedArm } from './play-gate.ts';
import { revisionContests } from './revision-contests.ts';

/** The gate of a scenario: its first policy against each of the others, or router configs at two commits. */
export async function gateScenario(
  name: string,
  options: GateOptions,
  terminal: Terminal,
): Promise<GateReport> {
  const resources = nodeResources(terminal.cwd);
  const file = readScenario(findScenario(name, terminal.cwd), terminal.cwd);
  const loaded = loadScenario(file, options.set, resources);
  const scenario = resolveScenario(loaded, resources);
  const replications = { contentSeed: options.seed, jitter: 0 };
  const opened = workloadOf(loaded, resources, options.requests, { replications });
  const seeds = Array.from({ length: options.replications }, (_, k) => options.seed + k);
  const asked = namesIn(options.policy);
  const policies = runInputs(scenario, opened, { policies: asked, seeds: [options.seed] }).map(
    ({ policy }) => policy,
  );
  const source = {
    scenario: file,
    sets: options.set,
    changes: [],
    requests: options.requests,
    cwd: terminal.cwd,
    replications,
  };
  const { baselineRev, candidateRev } = options;
  const revised =
    baselineRev === undefined
      ? undefined
      : revisionContests(loaded, policies, source, { baseline: baselineRev, candidate: candidateRev });
  const [baseline, ...candidates] = policies.map((policy): Arm => {
    const router = scenario.policies.find(({ name }) => name === policy)?.router;
    return { name: policy, policy, source, hasScores: router?.kind === 'endpoint-picker' };
  });
  const contests =
    revised?.contests ??
    candidates.flatMap((candidate) => (baseline === undefined ? [] : { baseline, candidate }));
  const alone = contests.length === 0 ? baseline : undefined;
  if (alone !== undefined && scenario.thresholds.length === 0) {
    const others = scenario.policies.map(({ name: other }) => other).filter((other) => other !== alone.name);
    throw new UserError({
      code: 'E_USAGE',
      message: `nothing to hold policy ${alone.name} against: no second policy is asked for, and ${scenario.name} has no thresholds`,
      hint: `${others.length === 0 ? 'add a policy' : `name a baseline first: --policy ${others[0]},${alone.name}`}, or add spec.thresholds`,
    });
  }
  const arms = [
    ...(alone === undefined ? [] : [alone]),
    ...new Set(contests.flatMap((contest) => [contest.baseline, contest.candidate])),
  ];
  const figures = gateFigures(scenario.thresholds);
  const fixtures = [undefined, ...options.fixture];
  const runs = fixtures.length * arms.length * seeds.length;
  const requests = runs * (opened.workload.open(options.seed).count ?? Infinity);
  const atOnce = Math.min(options.jobs, runs);
  const jobs = openJobs(worthWorkers(requests, atOnce) ? atOnce : 1, terminal);
  try {
    const played = await playGate({ arms, fixtures, seeds, figures, check: options.check ?? false }, jobs);
    const decisions = [];
    for (const contest of contests) decisions.push(await decisionsChanged(contest, played, jobs));
    const sideOf = (arm: Arm, fixture: string | undefined): GateSide => sideIn(played, arm, fixture);
    const pairs = fixtures.flatMap((fixture) =>
      contests.map((contest) => ({
        fixture,
        baseline: sideOf(contest.baseline, fixture),
        candidate: sideOf(contest.candidate, fixture),
      })),
    );
    return gateReportOf({
      manifest: {
        scenario: scenario.name,
        scenarioSha256: scenario.sha256,
        workloadSha256: opened.workload.sha256,
        fleetcastVersion: packageVersion(),
        seeds,
        ...(revised !== undefined && { revisions: revised.commits }),
      },
      pairing: 'replications',
      pairs,
      judged: judgeSides(pairs, figures, options.seed),
      ...(alone !== undefined && { alone: sideOf(alone, undefined) }),
      thresholds: scenario.thresholds,
      fixtures: options.fixture,
      decisions,
    });
  } finally {
    await jobs.close();
  }
}

/** What a scenario promises, for runs that are recorded already. */
export function promisesOf(
  name: string,
  { set }: Pick<GateOptions, 'set'>,
  { cwd }: Terminal,
): NonNullable<RecordedGate['scenario']> {
  const resources = nodeResources(cwd);
  const loaded = loadScenario(readScenario(findScenario(name, cwd), cwd), set, resources);
  return resolveScenario(loaded, resources);
}

function sideIn(played: readonly PlayedArm[], arm: Arm, fixture: string | undefined): GateSide {
  const found = played.find((one) => one.arm === arm && one.fixture === fixture);
  return { name: arm.name, runs: found?.runs ?? [] };
}
