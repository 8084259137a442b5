import { performance } from 'node:perf_hooks';

import { Command } from 'commander';

import { UserError } from '../../base/user-error.ts';
import type { GateReport } from '../../documents/gate-report.ts';
import type { FixtureName } from '../../scenarios/fixtures/fixture.ts';
import { gateRecorded } from '../gate/gate-recorded.ts';
import { gateScenario, promisesOf } from '../gate/gate-scenario.ts';
import { addToJobSummary, annotatingMistakes } from '../gate/github-job.ts';
import { GATE_FORMATS, renderGate } from '../gate/render-gate.ts';
import { EXIT } from '../exit-codes.ts';
import { ExitWith } from '../exit-with.ts';
import { defaultJobs } from '../jobs/jobs.ts';
import { fixtureHelp, fixturesOption, namesIn, outputOption, setOption, wholeNumber } from '../options.ts';
import { parseOutputs } from '../run/output-option.ts';
import { checkOutputs, writeOutputs } from '../run/write-outputs.ts';
import { asAsked, type Terminal } from '../terminal.ts';

export interface GateOptions {
  readonly output: readonly string[];
  readonly set: readonly string[];
  readonly policy?: string;
  readonly requests?: number;
  readonly seed: number;
  readonly replications: number;
  readonly baseline?: string;
  readonly candidate?: string;
  readonly baselineRev?: string;
  readonly candidateRev?: string;
  readonly fixture: readonly FixtureName[];
  readonly jobs: number;
  readonly check?: true;
  readonly quiet?: true;
  readonly color: boolean;
}

/** `fleetcast gate SCENARIO`: whether a candidate may take the baseline's place. */
export function gateCommand(terminal: Terminal): Command {
  return new Command('gate')
    .summary('hold candidate policies against a baseline: the CI job')
    .description(
      'Plays the baseline policy (the first) and the candidates on the same resampled traffic and says what is better or worse. Ends with 99 when a threshold fails or a candidate is significantly worse. SCENARIO is a file, or the name of a scenario that comes with fleetcast. With --baseline and --candidate recorded runs are compared; SCENARIO then gives thresholds and SLO, and may be absent.',
    )
    .argument('[SCENARIO]', 'scenario file or name')
    .addOption(outputOption(GATE_FORMATS))
    .addOption(setOption())
    .option('--policy <A,B>', 'only these policies, the baseline first')
    .option('--requests <N>', 'only the first N requests of the workload', wholeNumber(1))
    .option('--seed <N>', 'seed of everything that is drawn', wholeNumber(0), 1)
    .option('--replications <N>', 'resampled runs of each policy', wholeNumber(1), 16)
    .option('--baseline <A.csv>', 'compare recorded runs instead: what run --per-request -o csv wrote')
    .option('--candidate <B.csv>', 'the runs to hold against --baseline, of the same workload')
    .option('--baseline-rev <COMMIT>', 'compare each router config with what it was at this commit')
    .option('--candidate-rev <COMMIT>', 'and was at this one (default: the files as they are)')
    .addOption(fixturesOption())
    .option('--jobs <N>', 'runs at once (default: one per core)', wholeNumber(1), defaultJobs())
    .option('--check', 'verify every law of the simulation after every event')
    .option('--quiet', 'no progress and no remarks on stderr')
    .option('--no-color', 'no colours')
    .addHelpText('after', () => `\nFixtures:\n${fixtureHelp()}`)
    .action((scenario: string | undefined, options: GateOptions) => gate(scenario, options, terminal));
}

async function gate(name: string | undefined, options: GateOptions, terminal: Terminal): Promise<void> {
  const io = asAsked(terminal, options);
  const outputs = parseOutputs(options.output, GATE_FORMATS);
  checkOutputs(outputs, io);
  const begun = performance.now();
  const inGithub = outputs.some(({ format }) => format === 'github');
  const run = (): Promise<GateReport> => reportFor(name, options, io);
  const report = await (inGithub ? annotatingMistakes(run, io) : run());
  if (inGithub) addToJobSummary(report);
  await writeOutputs(outputs, (format, color) => [renderGate(report, format, color)], io);
  if (options.baseline === undefined) {
    const runs = report.policies.reduce((sum, policy) => sum + policy.runs, 0);
    const requests = report.policies.reduce((sum, { offered }) => sum + offered, 0);
    const seconds = (performance.now() - begun) / 1000;
    io.say(`simulated ${runs} runs, ${requests.toLocaleString('en-US')} requests in ${seconds.toFixed(1)} s`);
  }
  if (report.verdict === 'fail') throw new ExitWith(EXIT.gateFailed);
}

async function reportFor(
  name: string | undefined,
  options: GateOptions,
  terminal: Terminal,
): Promise<GateReport> {
  const { baseline, candidate, baselineRev, candidateRev, policy, seed } = options;
  if (baselineRev === undefined && candidateRev !== undefined) {
    throw new UserError({
      code: 'E_USAGE',
      message: '--candidate-rev needs a commit to compare with',
      hint: 'add --baseline-rev main',
    });
  }
  if (baseline === undefined && candidate === undefined && name !== undefined)
    return gateScenario(name, options, terminal);
  if (baseline === undefined || candidate === undefined) {
    throw new UserError({
      code: 'E_USAGE',
      message:
        name === undefined && baseline === candidate
          ? 'there is nothing to hold a candidate against'
          : `--${baseline === undefined ? 'baseline' : 'candidate'} is missing`,
      hint: 'name a scenario, or two files: --baseline A.csv --candidate B.csv',
    });
  }
  return gateRecorded({
    baseline,
    candidate,
    policies: namesIn(policy),
    seed,
    cwd: terminal.cwd,
    scenario: name === undefined ? undefined : promisesOf(name, options, terminal),
  });
}
