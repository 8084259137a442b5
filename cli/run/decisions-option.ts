import { InvalidArgumentError, Option } from 'commander';

import type { DecisionSelection } from '../../sim/fleet/decision-log.ts';

/** `--decisions FILE.jsonl`. */
export function decisionsOption(): Option {
  return new Option(
    '--decisions <FILE.jsonl>',
    'write why requests went where they went: one line per decision, with the filter that dropped an endpoint, its scores, their sum and the tie',
  );
}

/** `--decisions-of N` or `--decisions-of ids:A,B`. */
export function decisionsOfOption(): Option {
  return new Option(
    '--decisions-of <N|ids:A,B>',
    'of the first N requests of the workload, or of these ids (default: 100)',
  ).argParser(selectionOf);
}

function selectionOf(text: string): DecisionSelection {
  if (/^[1-9]\d{0,14}$/.test(text)) return { first: Number(text) };
  const ids = /^ids:(.*)$/.exec(text)?.[1]?.split(',') ?? [];
  if (ids.length > 0 && ids.every((id) => id !== '')) return { ids };
  throw new InvalidArgumentError('It must be a whole number of at least 1, or ids:A,B.');
}
