/** A broken invariant: a bug of ours, never a mistake of the user. The command line exits with 70. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
  readonly details: Readonly<Record<string, unknown>>;

  constructor(law: string, details: Readonly<Record<string, unknown>>) {
    super(`invariant broken: ${law}${Object.keys(details).length > 0 ? ` ${JSON.stringify(details)}` : ''}`);
    this.details = details;
  }
}

/**
 * Throws InvariantError when `condition` is false. `law` names what should hold: 'KV blocks conserved'. Details are made
 * whether it holds or not: where that happens for every event, an `if` that throws the error costs nothing.
 */
export function invariant(
  condition: unknown,
  law: string,
  details?: Readonly<Record<string, unknown>>,
): asserts condition {
  if (condition === false || condition === undefined || condition === null)
    throw new InvariantError(law, details ?? {});
}

/** For the `default` of an exhaustive switch: does not compile while a case is missing. */
export function unreachable(value: never): never {
  throw new InvariantError('every case is handled', { value });
}
