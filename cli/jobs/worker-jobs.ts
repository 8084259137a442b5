import path from 'node:path';
import { Worker } from 'node:worker_threads';

import { packageRoot } from '../package-root.ts';
import type { Terminal } from '../terminal.ts';
import { explainBrokenLaw } from './explain-broken-law.ts';
import { JobsProgress } from './jobs-progress.ts';
import type { Jobs } from './jobs.ts';
import { receivedError } from './sent-error.ts';
import type { Task, TaskProgress, TaskResults } from './task.ts';
import type { WorkerMessage } from './worker-message.ts';

/** Where the build puts it, whichever of its files this one has been joined to. */
const BUILT_WORKER = path.join(packageRoot(), 'dist', 'cli', 'jobs', 'worker.js');

/**
 * Plays tasks in worker threads, which start when there is work for them and stay until they are closed. Tasks start in
 * order; after a failure no other one starts, so that the first one that fails is the same whatever the number of workers.
 */
export class WorkerJobs implements Jobs {
  private readonly most: number;
  private readonly terminal: Terminal;
  private readonly workers: Worker[] = [];

  constructor(most: number, terminal: Terminal) {
    this.most = most;
    this.terminal = terminal;
  }

  async all<Kind extends Task['kind']>(
    tasks: readonly (Task & { readonly kind: Kind })[],
  ): Promise<TaskResults[Kind][]> {
    const progress = new JobsProgress(tasks.length, this.terminal);
    const results: TaskResults[Kind][] = [];
    const failures: { readonly index: number; readonly error: unknown }[] = [];
    const waiting = tasks.entries();
    const work = async (worker: Worker): Promise<void> => {
      for (const [index, task] of waiting) {
        try {
          // A worker answers a task with the result of its kind.
          results[index] = (await ask(worker, task, (news) =>
            progress.told(index, news),
          )) as TaskResults[Kind];
          progress.done(index);
        } catch (error) {
          failures.push({ index, error });
        }
        if (failures.length > 0) return;
      }
    };
    while (this.workers.length < Math.min(this.most, tasks.length)) {
      this.workers.push(new Worker(BUILT_WORKER));
    }
    await Promise.all(this.workers.map(work));
    progress.clear();
    const [first] = failures.sort((a, b) => a.index - b.index);
    if (first === undefined) return results;
    const task = tasks[first.index];
    if (task !== undefined) explainBrokenLaw(first.error, task, this.terminal);
    throw first.error;
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.splice(0).map((worker) => worker.terminate()));
  }
}

/** Sends a worker a task and waits for its answer. */
function ask(
  worker: Worker,
  task: Task,
  onProgress: (progress: TaskProgress) => void,
): Promise<TaskResults[Task['kind']]> {
  return new Promise((resolve, reject) => {
    const settle = (action: () => void): void => {
      worker.off('message', heard);
      worker.off('error', broken);
      action();
    };
    const heard = (message: WorkerMessage): void => {
      switch (message.kind) {
        case 'progress':
          return onProgress(message.progress);
        case 'done':
          return settle(() => resolve(message.result));
        case 'failed':
          return settle(() => reject(receivedError(message.error)));
      }
    };
    // A worker that dies (out of memory) answers nothing more.
    const broken = (error: Error): void => settle(() => reject(error));
    worker.on('message', heard);
    worker.on('error', broken);
    worker.postMessage(task);
  });
}
