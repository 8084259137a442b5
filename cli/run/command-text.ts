interface RepeatableOptions {
  readonly set?: readonly string[];
  readonly sweep?: readonly string[];
  readonly policy?: string;
  readonly requests?: number;
  readonly seed: number;
  readonly replications?: number;
  readonly fixture?: string;
}

/** The command that gives a run again, without where its output goes. */
export function commandText(verb: string, names: readonly string[], options: RepeatableOptions): string {
  const { set = [], sweep = [], replications = 1 } = options;
  return [
    'fleetcast',
    verb,
    ...names.map(quoted),
    ...set.map((one) => `--set ${quoted(one)}`),
    ...sweep.map((one) => `--sweep ${quoted(one)}`),
    ...(options.policy === undefined ? [] : [`--policy ${quoted(options.policy)}`]),
    ...(options.requests === undefined ? [] : [`--requests ${options.requests}`]),
    ...(options.seed === 1 ? [] : [`--seed ${options.seed}`]),
    ...(replications === 1 ? [] : [`--replications ${replications}`]),
    ...(options.fixture === undefined ? [] : [`--fixture ${options.fixture}`]),
  ].join(' ');
}

/** As a POSIX shell wants it. */
function quoted(text: string): string {
  return /^[\w./:=,@+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
