import { parseArgs } from 'node:util';

import { UserError } from '../base/user-error.ts';
import { chosen, WORKLOADS } from './workload-list.ts';

/** What a bench is asked to do. */
export interface BenchOptions {
  /** Names of workloads, or what stands before their slash; none = all that are not large. */
  readonly only: readonly string[];
  readonly passes: number;
  readonly large: boolean;
  /** Find the plateau of the chosen workloads in place of their speed. */
  readonly plateau: boolean;
  /** Write the speeds to bench/baseline.json. */
  readonly save: boolean;
  readonly help: boolean;
  /** What a process that the bench has started is to do with the one workload that it is given. */
  readonly child: 'cold' | 'warm' | undefined;
}

/** For `--only`: the decisions of the scheduler, which are no workload. */
export const DECISIONS = 'scheduler-decision';

export const USAGE = `npm run bench -- [options]
  --only NAME     only this workload (repeatable): its whole name or what stands before the slash
  --passes N      timed passes per workload (default 5)
  --large         the large workloads, too
  --plateau       print the highest throughput of the chosen workloads' fleets instead
  --save          keep the speeds as the baseline, in bench/baseline.json
  --help          this text
workloads: ${WORKLOADS.map(({ name, large }) => (large ? `${name} (large)` : name)).join(', ')}, ${DECISIONS}
`;

/** Reads the command line. Throws UserError for an unknown option, workload or number. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { only, passes, large, plateau, save, help, child } = parsed(args);
  const unknown = only.find((name) => name !== DECISIONS && chosen([name], true).length === 0);
  if (unknown !== undefined) throw new UserError(wrong(`there is no workload "${unknown}"`));
  const count = Number(passes);
  if (!Number.isInteger(count) || count < 1)
    throw new UserError(wrong(`--passes ${passes} is not a whole number above 0`));
  return {
    only,
    passes: count,
    large,
    plateau,
    save,
    help,
    child: child === 'cold' || child === 'warm' ? child : undefined,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', multiple: true, default: [] },
        passes: { type: 'string', default: '5' },
        large: { type: 'boolean', default: false },
        plateau: { type: 'boolean', default: false },
        save: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        child: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UserError(wrong(error instanceof Error ? error.message : String(error)));
  }
}

function wrong(message: string) {
  return { code: 'E_BENCH_OPTIONS', message, hint: USAGE };
}
