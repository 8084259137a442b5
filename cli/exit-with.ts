import type { ExitCode } from './exit-codes.ts';

/** Ends a command with a code that says what came out; everything has been printed. */
export class ExitWith extends Error {
  override readonly name = 'ExitWith';
  readonly code: ExitCode;

  constructor(code: ExitCode) {
    super(`exit ${code}`);
    this.code = code;
  }
}
