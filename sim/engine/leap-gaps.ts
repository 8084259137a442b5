import type { ServerListener } from './model-server.ts';
import type { Sequence } from './sequence.ts';
import { endOfStep, type Stretch } from './stretch.ts';

/** Tells the gaps between the tokens that running sequences got in the first `steps` steps of a stretch, one in each. */
export function tellLeapGaps(listener: ServerListener, running: readonly Sequence[], leap: Stretch): void {
  const { steps, start, first, second, growth } = leap;
  const lastEnd = endOfStep(leap, steps - 1);
  let together = 0;
  for (const sequence of running) {
    if (sequence.lastToken === start) together++;
    else listener.gaps(1, start + first - sequence.lastToken, 0, 1);
    sequence.lastToken = lastEnd;
  }
  if (second === first + growth && together === running.length) {
    listener.gaps(together, first, growth, steps);
    return;
  }
  if (together > 0) listener.gaps(together, first, 0, 1);
  if (steps > 1) listener.gaps(running.length, second, growth, steps - 1);
}
