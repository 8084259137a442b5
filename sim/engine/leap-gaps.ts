import type { ServerListener } from './model-server.ts';
import type { Sequence } from './sequence.ts';
import { endOfStep, type Stretch } from './stretch.ts';

/**
 * Tells the gaps between the tokens that running sequences got in the first `steps` steps of a stretch, one in each:
 * `grouped` that got one at its start, too, and those of `attended`.
 */
export function tellLeapGaps(
  listener: ServerListener,
  attended: readonly Sequence[],
  grouped: number,
  leap: Stretch,
): void {
  const { steps, start, first, second, growth } = leap;
  const lastEnd = endOfStep(leap, steps - 1);
  const running = grouped + attended.length;
  let together = grouped;
  for (const sequence of attended) {
    if (sequence.lastToken === start) together++;
    else listener.gaps(1, start + first - sequence.lastToken, 0, 1);
    sequence.lastToken = lastEnd;
  }
  if (second === first + growth && together === running) {
    listener.gaps(together, first, growth, steps);
    return;
  }
  if (together > 0) listener.gaps(together, first, 0, 1);
  if (steps > 1) listener.gaps(running, second, growth, steps - 1);
}
