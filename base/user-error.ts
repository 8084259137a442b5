/** Where in a user's file something is wrong. Line and column count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** One mistake that a user can fix. `code` is stable (E_UNKNOWN_KEY), `hint` says what to do about it. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly at?: SourcePosition;
  readonly hint?: string;
}

/** One or more mistakes that a user can fix: printed without a stack, exit 2. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly problems: readonly [Problem, ...Problem[]];

  constructor(first: Problem, ...rest: Problem[]) {
    super([first, ...rest].map(formatProblem).join('\n'));
    this.problems = [first, ...rest];
  }
}

/** Throws one UserError that carries all problems; returns when there is none. */
export function throwProblems(problems: readonly Problem[]): void {
  const [first, ...rest] = problems;
  if (first !== undefined) throw new UserError(first, ...rest);
}

/** `error[E_RANGE]: scenario.yaml:6:17 message` and the hint on a line of its own. */
export function formatProblem({ code, message, at, hint }: Problem): string {
  const place =
    at === undefined
      ? ''
      : `${[at.file, at.line, at.column].filter((part) => part !== undefined).join(':')} `;
  return `error[${code}]: ${place}${message}${hint === undefined ? '' : `\n  hint: ${hint}`}`;
}
