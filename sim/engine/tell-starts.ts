import type { Ticks } from '../../base/units.ts';
import type { ServerListener } from './model-server.ts';
import { NEW_ROW, type SchedulingPass } from './scheduling-pass.ts';

/** Tells that the requests which a pass schedules first have started with it. */
export function tellStarts(
  listener: ServerListener,
  { sequences, kinds, rows }: SchedulingPass,
  now: Ticks,
): void {
  for (let row = 0; row < rows; row++) {
    if (kinds[row] !== NEW_ROW) continue;
    const sequence = sequences[row];
    if (sequence === undefined || sequence.status === 'finished') continue;
    listener.started(sequence.request, now, sequence.hitTokens, sequence.queuedAt);
  }
}
