import { performance } from 'node:perf_hooks';

import { Command } from 'commander';

import { UserError } from '../../base/user-error.ts';
import { fixtureNamed, type FixtureName } from '../../scenarios/fixtures/fixture.ts';
import { loadScenario } from '../../scenarios/load/load-scenario.ts';
import { resolveScenario } from '../../scenarios/resolve/resolve-scenario.ts';
import { runInputs } from '../../scenarios/resolve/run-inputs.ts';
import { scenarioYaml } from '../../scenarios/resolve/scenario-yaml.ts';
import { workloadOf } from '../../scenarios/resolve/workload-of.ts';
import { sweepAxes } from '../../scenarios/sweep/sweep-axes.ts';
import { nodeResources } from '../files/node-resources.ts';
import { findScenario, readScenario } from '../files/scenario-file.ts';
import { defaultJobs } from '../jobs/jobs.ts';
import { fixtureOption, namesIn, outputOption, setOption, sweepOption, wholeNumber } from '../options.ts';
import { commandText } from '../run/command-text.ts';
import type { DecisionSelection } from '../../sim/fleet/decision-log.ts';
import { decisionsOfOption, decisionsOption } from '../run/decisions-option.ts';
import { decisionsWanted, refuseDecisionsOfSweep, writeDecisions } from '../run/decisions-output.ts';
import { dryRun, expectedSeconds, SAMPLE_REQUESTS } from '../run/dry-run.ts';
import { refuseEmptyRun } from '../run/nothing-completed.ts';
import { parseOutputs, RUN_FORMATS, type Output } from '../run/output-option.ts';
import { playAll } from '../run/play-all.ts';
import { renderRun } from '../run/render-run.ts';
import { runReportOf } from '../run/run-report-of.ts';
import { checkOutputs, writeOutputs } from '../run/write-outputs.ts';
import { sweep, sweepCases, SWEEP_FORMATS, type SweepFormat } from '../sweep/sweep.ts';
import { asAsked, type Terminal } from '../terminal.ts';

interface RunOptions {
  readonly output: readonly string[];
  readonly perRequest?: true;
  readonly set: readonly string[];
  readonly sweep: readonly string[];
  readonly jobs: number;
  readonly policy?: string;
  readonly requests?: number;
  readonly seed: number;
  readonly replications: number;
  readonly fixture?: FixtureName;
  readonly check?: true;
  readonly decisions?: string;
  readonly decisionsOf?: DecisionSelection;
  readonly dryRun?: true;
  readonly quiet?: true;
  readonly color: boolean;
}

/** `fleetcast run SCENARIO`: every policy on the same requests, and the comparison. */
export function runCommand(terminal: Terminal): Command {
  return new Command('run')
    .summary('simulate every policy of a scenario on the same requests and compare them')
    .description(
      'Simulates every policy of a scenario on the same requests and prints the comparison.\nSCENARIO is a file, or the name of a scenario that comes with fleetcast.',
    )
    .argument('<SCENARIO>', 'scenario file or name')
    .addOption(outputOption(RUN_FORMATS))
    .option('--per-request', 'one row per request in csv')
    .addOption(setOption())
    .addOption(sweepOption())
    .option('--policy <A,B>', 'only these policies, the baseline first')
    .option('--requests <N>', 'only the first N requests of the workload', wholeNumber(1))
    .option('--seed <N>', 'seed of everything that is drawn', wholeNumber(0), 1)
    .option('--replications <N>', 'run with N seeds, from --seed on', wholeNumber(1), 1)
    .addOption(fixtureOption())
    .option('--jobs <N>', 'runs at once (default: one per core)', wholeNumber(1), defaultJobs())
    .option('--check', 'verify every law of the simulation after every event')
    .addOption(decisionsOption())
    .addOption(decisionsOfOption())
    .option('--dry-run', 'print cases, requests and expected seconds, and simulate nothing')
    .option('--quiet', 'no progress and no remarks on stderr')
    .option('--no-color', 'no colours')
    .action((scenario: string, options: RunOptions) => run(scenario, options, terminal));
}

async function run(name: string, options: RunOptions, terminal: Terminal): Promise<void> {
  const io = asAsked(terminal, options);
  const outputs = outputsOf(options);
  checkOutputs(outputs, io);
  const decisions = decisionsWanted(options, io);
  const resources = nodeResources(io.cwd);
  const file = readScenario(findScenario(name, io.cwd), io.cwd);
  const loaded = loadScenario(file, options.set, resources);
  const scenario = resolveScenario(loaded, resources);
  const axes = sweepAxes(loaded, options.sweep);
  if (axes.length > 0) refuseDecisionsOfSweep(decisions);
  const sweepOutputs = axes.length > 0 ? outputs.map(outputOfSweep) : [];
  const fixture = options.fixture === undefined ? undefined : fixtureNamed(options.fixture);
  const opened = workloadOf(loaded, resources, options.requests, { fixture });
  const seeds = Array.from({ length: options.replications }, (_, k) => options.seed + k);
  const check = options.check ?? false;
  const policies = namesIn(options.policy);
  const inputs = runInputs(scenario, opened, { policies, seeds, check, decisions: decisions?.selection });
  const source = {
    scenario: file,
    sets: options.set,
    changes: [],
    requests: options.requests,
    cwd: io.cwd,
    fixture: options.fixture,
  };
  const command = commandText('run', [name], options);
  if (options.dryRun === true) {
    const { count, isSearch } = sweepCases(axes);
    const plan = dryRun(inputs, opened.workload, options.seed);
    const first = inputs[0];
    const kinds = axes.length > 0 ? 'points x policies x seeds' : 'policies x seeds';
    await io.out(
      `${scenario.name}: ${isSearch ? 'at least ' : ''}${plan.cases * count} cases (${kinds}) of ${plan.requests} requests, ${plan.inputTokens} input tokens and ${plan.outputTokens} output tokens each\n`,
    );
    if (first === undefined || plan.requests === 0) return;
    const sample = workloadOf(loaded, resources, Math.min(plan.requests, SAMPLE_REQUESTS));
    const seconds = count * expectedSeconds({ ...first, workload: sample.workload }, plan);
    io.say(`about ${seconds < 10 ? seconds.toPrecision(2) : Math.round(seconds)} s on this machine`);
    return;
  }
  const workloadSha256 = opened.workload.sha256;
  if (axes.length > 0) {
    await sweep(
      {
        axes,
        source,
        scenario,
        workloadSha256,
        policies: [...new Set(inputs.map(({ policy }) => policy))],
        seeds,
        check,
        jobs: options.jobs,
        outputs: sweepOutputs,
        command,
      },
      io,
    );
    return;
  }
  const begun = performance.now();
  const { sha256: scenarioSha256 } = scenario;
  const records = await playAll({ inputs, source, scenarioSha256, jobs: options.jobs }, io);
  // Before a run in which nobody was served is refused: they say why.
  if (decisions !== undefined) writeDecisions(decisions, records, io);
  records.forEach((record, index) => refuseEmptyRun(record, inputs[index]?.pools ?? []));
  const seconds = (performance.now() - begun) / 1000;
  const played = {
    report: runReportOf({ scenario, workloadSha256, seeds, records }),
    records,
    scenario: scenarioYaml(scenario),
    command,
  };
  await writeOutputs(outputs, (format, color) => renderRun(played, format, color), io);
  const requests = records.reduce((sum, { entry }) => sum + entry.requests.offered, 0);
  io.say(
    `simulated ${requests.toLocaleString('en-US')} requests in ${seconds.toFixed(1)} s (${Math.round(requests / seconds).toLocaleString('en-US')} requests/s)`,
  );
}

/** The output again, if a sweep can be printed so. Throws UserError if not. */
function outputOfSweep({ format, path }: Output): Output<SweepFormat> {
  const known = SWEEP_FORMATS.find((one) => one === format);
  if (known !== undefined) return { format: known, path };
  throw new UserError({
    code: 'E_USAGE',
    message: `a sweep has no ${format}: that prints one row per request of a single run`,
    hint: `formats of a sweep: ${SWEEP_FORMATS.join(', ')}`,
  });
}

/** The outputs of a run. A CSV has one row per request, and the user has to say so. */
function outputsOf({ output, perRequest }: RunOptions): Output[] {
  const outputs = parseOutputs(output, RUN_FORMATS);
  const isCsv = outputs.some(({ format }) => format === 'csv');
  if (isCsv === (perRequest === true)) return outputs;
  throw new UserError({
    code: 'E_USAGE',
    message: isCsv ? '-o csv prints one row per request' : '--per-request says nothing to these outputs',
    hint: isCsv ? 'add --per-request' : 'add -o csv=FILE',
  });
}
