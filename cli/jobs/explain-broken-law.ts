import { InvariantError } from '../../base/invariant.ts';
import type { Terminal } from '../terminal.ts';
import type { Task } from './task.ts';

/** Says which task broke a law of the simulation, so that it can be played again; nothing for other errors. */
export function explainBrokenLaw(error: unknown, { label }: Task, terminal: Terminal): void {
  if (error instanceof InvariantError) terminal.say(label);
}
