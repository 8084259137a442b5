import { Command } from 'commander';

import { formatProblem } from '../base/user-error.ts';
import { packageVersion } from './package-root.ts';
import { reportError } from './report-error.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';
import { calibrateCommand } from './verbs/calibrate.ts';
import { gateCommand } from './verbs/gate.ts';
import { planCommand } from './verbs/plan.ts';
import { profileCommand } from './verbs/profile.ts';
import { runCommand } from './verbs/run.ts';
import { scenarioCommand } from './verbs/scenario.ts';
import { traceCommand } from './verbs/trace.ts';
import { validateCommand } from './verbs/validate.ts';

/** What runs when nothing is asked for. */
const MAIN_JOB = ['run', 'agentic', '--replications', '5'];

/** Runs a command line and returns what the process ends with. */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const program = programOf(terminal);
  try {
    if (args.length === 0) terminal.say('no scenario given: running the one called agentic (see --help)');
    await program.parseAsync(args.length === 0 ? MAIN_JOB : [...args], { from: 'user' });
    return EXIT.done;
  } catch (error) {
    return reportError(error, terminal);
  }
}

function programOf(terminal: Terminal): Command {
  const program = new Command('fleetcast')
    .description(
      'Forecasts what a fleet of GPUs serving large language models will do before anyone pays for it.',
    )
    .version(packageVersion(), '-V, --version')
    .addCommand(runCommand(terminal))
    .addCommand(gateCommand(terminal))
    .addCommand(planCommand(terminal))
    .addCommand(traceCommand(terminal))
    .addCommand(scenarioCommand(terminal))
    .addCommand(profileCommand(terminal))
    .addCommand(calibrateCommand(terminal))
    .addCommand(validateCommand(terminal));
  for (const command of [program, ...descendants(program)]) prepare(command, terminal);
  return program;
}

function descendants(command: Command): Command[] {
  return command.commands.flatMap((one) => [one, ...descendants(one)]);
}

/** Commands throw instead of ending the process, and speak in the program's own way. */
function prepare(command: Command, terminal: Terminal): void {
  command
    .exitOverride()
    .helpCommand(false)
    .configureHelp({ subcommandTerm: (one) => one.name(), helpWidth: 100, sortSubcommands: false })
    .configureOutput({
      // Help that nobody reads to its end is no mistake.
      writeOut: (text) => void terminal.out(text).catch(() => undefined),
      writeErr: (text) => terminal.say(text.trimEnd()),
      outputError: (text, write) => write(usageProblem(text, command)),
    })
    .showHelpAfterError(false)
    .showSuggestionAfterError();
}

/** What commander says of a wrong command line, as every other problem is said. */
function usageProblem(text: string, command: Command): string {
  const [message = '', suggestion] = text.trimEnd().split('\n');
  const help = `\`${fullName(command)} --help\` says what it takes`;
  return formatProblem({
    code: 'E_USAGE',
    message: message.replace(/^error: /, ''),
    hint:
      suggestion === undefined ? help : suggestion.replace(/^\(Did you mean (.*)\?\)$/, 'did you mean $1?'),
  });
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}
