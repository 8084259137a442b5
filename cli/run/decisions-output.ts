import path from 'node:path';

import { UserError } from '../../base/user-error.ts';
import type { RunRecord } from '../../documents/run-record.ts';
import type { DecisionSelection } from '../../sim/fleet/decision-log.ts';
import { checkWritable, writeWhole } from '../files/write-file.ts';
import type { Terminal } from '../terminal.ts';

/** Requests whose decisions are written unless the user says which. */
const FIRST = 100;

/** Which decisions to keep, and the file that they go to. */
export interface DecisionsWanted {
  readonly selection: DecisionSelection;
  readonly file: string;
}

/** What the flags ask for. Throws UserError for requests without a file, and for a file that cannot be written. */
export function decisionsWanted(
  { decisions, decisionsOf }: { readonly decisions?: string; readonly decisionsOf?: DecisionSelection },
  terminal: Terminal,
): DecisionsWanted | undefined {
  if (decisions === undefined) {
    if (decisionsOf === undefined) return undefined;
    throw new UserError({
      code: 'E_USAGE',
      message: '--decisions-of says which decisions to write, but not where',
      hint: 'add --decisions=FILE.jsonl',
    });
  }
  const file = path.resolve(terminal.cwd, decisions);
  checkWritable(file, decisions);
  return { selection: decisionsOf ?? { first: FIRST }, file };
}

/** A sweep keeps no records of single runs. */
export function refuseDecisionsOfSweep(wanted: DecisionsWanted | undefined): void {
  if (wanted === undefined) return;
  throw new UserError({
    code: 'E_USAGE',
    message: 'a sweep writes no decisions: there would be one file per point',
    hint: 'run the point of interest by itself, with --set',
  });
}

/** One DecisionRecord per line, run after run, each in the order in which its decisions were taken. */
export function writeDecisions(
  { file, selection }: DecisionsWanted,
  records: readonly RunRecord[],
  terminal: Terminal,
): void {
  writeWhole(file, lines(records));
  if (!('ids' in selection)) return;
  const decided = new Set(records.flatMap(({ decisions = [] }) => decisions.map(({ request }) => request)));
  const missing = selection.ids.filter((id) => !decided.has(id));
  if (missing.length > 0)
    terminal.say(
      `warning: no decision was taken about ${missing.join(', ')}: no such id among the requests that were played, or nobody asked where to send it`,
    );
}

function* lines(records: readonly RunRecord[]): Iterable<string> {
  for (const { decisions = [] } of records) {
    for (const decision of decisions) yield `${JSON.stringify(decision)}\n`;
  }
}
