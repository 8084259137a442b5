import { describe, expect, it } from 'vitest';

import { UserError } from '../../../base/user-error.ts';
import { clockFor } from '../../../sim/events/clock.ts';

describe('clockFor', () => {
  it.each([
    [3600, 64],
    [39 * 3600, 64],
    [40 * 3600, 8],
    [13 * 86400, 8],
    [14 * 86400, 1],
    [104 * 86400, 1],
  ])('counts %d s in ticks of 1/%d ns', (horizon, resolution) => {
    const clock = clockFor(horizon);
    expect(clock.ticksPerNanosecond).toBe(resolution);
    expect(clock.ticks(horizon)).toBeLessThan(2 ** 53);
    expect(clock.ticks(horizon) + 1).not.toBe(clock.ticks(horizon));
  });

  it('refuses what float64 cannot count', () => {
    expect(() => clockFor(105 * 86400)).toThrow(UserError);
  });

  it('gives back the seconds that went in, to the tick', () => {
    const clock = clockFor(3600);
    for (const seconds of [0, 1e-9, 0.123456789, 3599.999999999]) {
      expect(Math.abs(clock.seconds(clock.ticks(seconds)) - seconds)).toBeLessThanOrEqual(
        0.5 / clock.ticksPerSecond,
      );
    }
  });
});
