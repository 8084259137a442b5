import { availableParallelism } from 'node:os';

import type { Terminal } from '../terminal.ts';
import { InlineJobs } from './inline-jobs.ts';
import type { Task, TaskResults } from './task.ts';
import { WorkerJobs } from './worker-jobs.ts';

/** Plays tasks, several at once where there are workers. */
export interface Jobs {
  /**
   * The results in the order of the tasks, whichever ends first. Rejects with the error of the first task (in that order)
   * that fails.
   */
  all<Kind extends Task['kind']>(
    tasks: readonly (Task & { readonly kind: Kind })[],
  ): Promise<TaskResults[Kind][]>;
  /** Ends the workers. */
  close(): Promise<void>;
}

/** How many tasks are played at once unless the user says so: one per core. */
export function defaultJobs(): number {
  return availableParallelism();
}

/** Workers for `count` tasks at once; with one, the tasks are played here. */
export function openJobs(count: number, terminal: Terminal): Jobs {
  return count > 1 && hasWorkers() ? new WorkerJobs(count, terminal) : new InlineJobs(terminal);
}

/** Worker threads of Node need compiled code: run from its source, the program plays all tasks itself. */
export function hasWorkers(): boolean {
  return import.meta.url.endsWith('.js');
}
