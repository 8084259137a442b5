import { pow } from '../../../base/math.ts';
import { definePlugin } from '../../plugin-type.ts';
import type { Picker } from '../../plugin.ts';
import { readPickerParameters } from './picker-parameters.ts';
import { shuffle } from './shuffle.ts';

/** What a draw of exactly 0 becomes. Source: picker/weightedrandom. */
const SMALLEST_DRAW = 1e-10;

/*
 * weighted-random-picker: draws k endpoints without replacement, with probabilities in proportion to positive totals: the
 * largest keys u^(1 / total) win, u uniform (Efraimidis, Spirakis 2006); a total that is not positive has key 0. No
 * positive total: uniform.
 * Parameters: maxNumOfEndpoints (1; 0 and below mean 1).
 * Source: pkg/epp/framework/plugins/scheduling/picker/weightedrandom of llm-d-router at ebab6879.
 */
export const weightedRandomPicker = definePlugin({
  type: 'weighted-random-picker',
  roles: ['picker'],
  maturity: 'beta',
  parameters: readPickerParameters,
  create: (count, context): Picker => {
    const random = context.random();
    return {
      type: 'weighted-random-picker',
      name: context.name,
      pick({ length }, totals) {
        const order = Array.from({ length }, (_, i) => i);
        shuffle(order, random);
        if (!order.some((i) => (totals[i] ?? 0) > 0)) return order.slice(0, count);
        const keys = order.map((i) => {
          const total = totals[i] ?? 0;
          const draw = random.uniform();
          return { i, key: total > 0 ? pow(draw === 0 ? SMALLEST_DRAW : draw, 1 / total) : 0 };
        });
        return keys
          .sort((a, b) => b.key - a.key)
          .slice(0, count)
          .map(({ i }) => i);
      },
    };
  },
});
