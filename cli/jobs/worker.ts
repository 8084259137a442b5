import { performance } from 'node:perf_hooks';
import { parentPort } from 'node:worker_threads';

import { invariant } from '../../base/invariant.ts';
import { sentError } from './sent-error.ts';
import type { Task } from './task.ts';
import { TaskPlayer } from './task-player.ts';
import type { WorkerMessage } from './worker-message.ts';

/** Between two messages of progress. */
const TELL_MS = 200;

/* The entry of a worker thread: plays the tasks that it is sent, one at a time. */
const port = parentPort;
invariant(port !== null, 'a worker has a parent');
const player = new TaskPlayer();
let told = performance.now();

port.on('message', (task: Task) => {
  const say = (message: WorkerMessage): void => port.postMessage(message);
  try {
    const result = player.play(task, (progress) => {
      const now = performance.now();
      if (now - told < TELL_MS) return;
      told = now;
      say({ kind: 'progress', progress });
    });
    say({ kind: 'done', result });
  } catch (error) {
    say({ kind: 'failed', error: sentError(error) });
  }
});
