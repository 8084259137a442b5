import { performance } from 'node:perf_hooks';

import type { Terminal } from '../terminal.ts';
import type { TaskProgress } from './task.ts';

/** Between two drawings of the line. */
const REDRAW_MS = 200;

/** The progress line of many tasks at once. */
export class JobsProgress {
  private readonly begun = performance.now();
  private readonly count: number;
  private readonly terminal: Terminal;
  private readonly shares = new Map<number, number>();
  private drawn = performance.now();
  private finished = 0;

  constructor(count: number, terminal: Terminal) {
    this.count = count;
    this.terminal = terminal;
  }

  told(task: number, { ended, total }: TaskProgress): void {
    if (total !== undefined && total > 0) this.shares.set(task, Math.min(1, ended / total));
    this.draw();
  }

  done(task: number): void {
    this.shares.delete(task);
    this.finished++;
    this.draw();
  }

  clear(): void {
    this.terminal.progress('');
  }

  private draw(): void {
    const now = performance.now();
    if (now - this.drawn < REDRAW_MS) return;
    this.drawn = now;
    const running = [...this.shares.values()].reduce((sum, share) => sum + share, 0);
    this.terminal.progress(jobsProgressText(this.finished, this.count, running, (now - this.begun) / 1000));
  }
}

/** Cases done, share done (`running`: of the tasks under way, added up), time left: as much of it as is known. */
export function jobsProgressText(finished: number, count: number, running: number, seconds: number): string {
  const share = Math.min(1, (finished + running) / count);
  return [
    `${finished} of ${count} cases`,
    `${Math.floor(100 * share)} %`,
    ...(share > 0 ? [`${Math.ceil((seconds * (1 - share)) / share)} s left`] : []),
  ].join(' · ');
}
