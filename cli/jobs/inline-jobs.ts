import type { Terminal } from '../terminal.ts';
import { JobsProgress } from './jobs-progress.ts';
import type { Jobs } from './jobs.ts';
import { explainBrokenLaw } from './explain-broken-law.ts';
import type { Task, TaskResults } from './task.ts';
import { TaskPlayer } from './task-player.ts';

/** Plays tasks in this thread, one after the other. */
export class InlineJobs implements Jobs {
  private readonly player = new TaskPlayer();
  private readonly terminal: Terminal;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  all<Kind extends Task['kind']>(
    tasks: readonly (Task & { readonly kind: Kind })[],
  ): Promise<TaskResults[Kind][]> {
    const progress = new JobsProgress(tasks.length, this.terminal);
    const results = tasks.map((task, index) => {
      try {
        const result = this.player.play<Kind>(task, (news) => progress.told(index, news));
        progress.done(index);
        return result;
      } catch (error) {
        progress.clear();
        explainBrokenLaw(error, task, this.terminal);
        throw error;
      }
    });
    progress.clear();
    return Promise.resolve(results);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
