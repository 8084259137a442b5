import type { UsageLimitPolicy } from '../../flow-control/flow-policies.ts';
import { definePlugin } from '../../plugin-type.ts';

/*
 * soft-reflective-ceiling-policy: with n bands, i = 0 the highest, which always passes: a band passes while saturation s <
 * 1 - i s / (n - 1); at s >= 1 it does not; between the two it passes at every max(1, round(s / (1 - s)))-th call of
 * those in which it was between them. Parameters: none allowed.
 * Source: pkg/epp/framework/plugins/flowcontrol/usagelimits/softreflectiveceiling of llm-d-router at ebab6879.
 */
export const softReflectiveCeilingPolicy = definePlugin({
  type: 'soft-reflective-ceiling-policy',
  roles: ['usage-limit'],
  maturity: 'alpha',
  parameters: () => undefined,
  create: (_, { name }): UsageLimitPolicy => {
    /** Calls in which a band was held back in part, by its place. */
    const ticks: number[] = [];
    const ceiling = (i: number, n: number, s: number): number => {
      if (i === 0 || s < 1 - (i * s) / (n - 1)) return 1;
      if (s >= 1) return 0;
      // The small summand keeps the quotient finite next to 1, as in the picker.
      const period = Math.max(1, roundHalfAway(s / (1 - s + 1e-9)));
      const tick = (ticks[i] ?? 0) + 1;
      ticks[i] = tick;
      return tick % period === 0 ? 1 : 0;
    };
    return {
      type: 'soft-reflective-ceiling-policy',
      name,
      ceilings: (saturation, priorities) =>
        priorities.map((__, i) => ceiling(i, priorities.length, saturation)),
    };
  },
});

/** Go rounds halves away from zero; the argument is positive. */
function roundHalfAway(value: number): number {
  return Math.floor(value + 0.5);
}
