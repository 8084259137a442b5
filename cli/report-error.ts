import { CommanderError } from 'commander';

import { InvariantError } from '../base/invariant.ts';
import { formatProblem, UserError } from '../base/user-error.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { ExitWith } from './exit-with.ts';
import type { Terminal } from './terminal.ts';

/** Says what went wrong, and returns what the process ends with. */
export function reportError(error: unknown, terminal: Terminal): ExitCode {
  if (error instanceof CommanderError) {
    // Commander has said it; help and version that were asked for are no mistake.
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
  if (error instanceof ExitWith) return error.code;
  if (error instanceof UserError) {
    for (const problem of error.problems) terminal.say(formatProblem(problem));
    return EXIT.usage;
  }
  if (isSystemError(error)) {
    if (error.code === 'EPIPE') return EXIT.done; // the reader has seen enough (`| head`)
    terminal.say(
      formatProblem({
        code: 'E_IO',
        message: error.message,
        hint: 'the system refused; nothing is wrong with the input',
      }),
    );
    return EXIT.io;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.say(text);
  terminal.say(
    `this is a bug of fleetcast${error instanceof InvariantError ? '' : ' (unexpected error)'}: please report it with the lines above`,
  );
  return EXIT.invariant;
}

/** Errors of the operating system carry its code: ENOSPC, EACCES. */
function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';
}
