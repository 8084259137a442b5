interface RepeatableOptions {
  readonly set: readonly string[];
  readonly sweep: readonly string[];
  readonly policy?: string;
  readonly requests?: number;
  readonly seed: number;
  readonly replications: number;
}

/** The command that gives a run again, without where its output goes. */
export function commandText(verb: string, scenario: string, options: RepeatableOptions): string {
  return [
    'fleetcast',
    verb,
    quoted(scenario),
    ...options.set.map((set) => `--set ${quoted(set)}`),
    ...options.sweep.map((sweep) => `--sweep ${quoted(sweep)}`),
    ...(options.policy === undefined ? [] : [`--policy ${quoted(options.policy)}`]),
    ...(options.requests === undefined ? [] : [`--requests ${options.requests}`]),
    ...(options.seed === 1 ? [] : [`--seed ${options.seed}`]),
    ...(options.replications === 1 ? [] : [`--replications ${options.replications}`]),
  ].join(' ');
}

/** As a POSIX shell wants it. */
function quoted(text: string): string {
  return /^[\w./:=,@+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
