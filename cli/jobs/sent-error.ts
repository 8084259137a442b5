import { InvariantError } from '../../base/invariant.ts';
import { UserError, type Problem } from '../../base/user-error.ts';

/** An error on its way between threads, where classes get lost. */
export type SentError =
  | { readonly kind: 'user'; readonly problems: readonly [Problem, ...Problem[]] }
  | {
      readonly kind: 'bug' | 'system' | 'other';
      readonly message: string;
      readonly stack: string | undefined;
      /** Of the operating system: ENOSPC and its call. */
      readonly code: string | undefined;
      readonly syscall: string | undefined;
    };

/** What another thread needs to know of an error. */
export function sentError(error: unknown): SentError {
  if (error instanceof UserError) return { kind: 'user', problems: error.problems };
  const of = (key: string): string | undefined => {
    const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, key) : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  const syscall = of('syscall');
  return {
    kind: error instanceof InvariantError ? 'bug' : syscall === undefined ? 'other' : 'system',
    message: of('message') ?? String(error),
    stack: of('stack'),
    code: of('code'),
    syscall,
  };
}

/** The error again, in the class that it had. */
export function receivedError(sent: SentError): Error {
  if (sent.kind === 'user') return new UserError(...sent.problems);
  const { kind, message, stack, code, syscall } = sent;
  const error = kind === 'bug' ? new InvariantError('', {}) : new Error(message);
  return Object.assign(error, {
    message,
    ...(stack !== undefined && { stack }),
    ...(code !== undefined && { code }),
    ...(syscall !== undefined && { syscall }),
  });
}
