import { z } from 'zod';

import { invariant } from '../../../base/invariant.ts';
import { parseQuantity, unitsOf } from '../../../base/quantity.ts';
import type { Seconds } from '../../../base/units.ts';

const message = `must be a duration with a unit (${unitsOf('seconds')}), such as "250ms"`;

/** A duration as scenarios write it: "250ms", "2s", "10min". It stays text, so that a resolved scenario reads as its source. */
export const durationText = z
  .string({ error: message })
  .refine((text) => (parseQuantity(text, 'seconds') ?? -1) >= 0, { error: message });

/** Seconds of a text that `durationText` has accepted. */
export function secondsOf(text: string): Seconds {
  const seconds = parseQuantity(text, 'seconds');
  invariant(seconds !== undefined, 'a checked duration has seconds', { text });
  return seconds;
}
