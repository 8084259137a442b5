import type { SentError } from './sent-error.ts';
import type { TaskProgress, TaskResults } from './task.ts';

/** What a worker says of the task that it plays. */
export type WorkerMessage =
  | { readonly kind: 'progress'; readonly progress: TaskProgress }
  | { readonly kind: 'done'; readonly result: TaskResults[keyof TaskResults] }
  | { readonly kind: 'failed'; readonly error: SentError };
