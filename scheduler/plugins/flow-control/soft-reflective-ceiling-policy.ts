import type { UsageLimitPolicy } from '../../flow-control/flow-policies.ts';
import { definePlugin } from '../../plugin-type.ts';

/*
 * soft-reflective-ceiling-policy: with n bands, i = 0 the highest, which always passes: a band passes while saturation s <
 * 1 - i s / (n - 1); at s >= 1 it does not; between the two it passes at every max(1, round(s / (1 - s)))-th tick. There
 * is one tick for all bands, at every call with 0.5 <= s < 1. Parameters: none allowed.
 * Source: pkg/epp/framework/plugins/flowcontrol/usagelimits/softreflectiveceiling of llm-d-router at ebab6879.
 */
export const softReflectiveCeilingPolicy = definePlugin({
  type: 'soft-reflective-ceiling-policy',
  roles: ['usage-limit'],
  maturity: 'alpha',
  parameters: () => undefined,
  create: (_, { name }): UsageLimitPolicy => {
    let tick = 0;
    return {
      type: 'soft-reflective-ceiling-policy',
      name,
      ceilings(saturation, priorities) {
        const last = priorities.length - 1;
        if (last > 0 && saturation >= 0.5 && saturation < 1) tick++;
        const period = Math.max(1, roundHalfAway(saturation / (1 - saturation)));
        return priorities.map((__, i) => {
          if (i === 0 || saturation < 1 - (i * saturation) / last) return 1;
          return saturation < 1 && tick % period === 0 ? 1 : 0;
        });
      },
    };
  },
});

/** Go rounds halves away from zero; the argument is positive. */
function roundHalfAway(value: number): number {
  return Math.floor(value + 0.5);
}
