import { definePlugin } from '../../plugin-type.ts';
import type { Picker } from '../../plugin.ts';
import { readPickerParameters } from './picker-parameters.ts';
import { shuffle } from './shuffle.ts';

/*
 * random-picker: k endpoints drawn uniformly, whatever their totals.
 * Parameters: maxNumOfEndpoints (1; 0 and below mean 1).
 * Source: pkg/epp/framework/plugins/scheduling/picker/random of llm-d-router at ebab6879.
 */
export const randomPicker = definePlugin({
  type: 'random-picker',
  roles: ['picker'],
  maturity: 'beta',
  parameters: readPickerParameters,
  create: (count, context): Picker => {
    const random = context.random();
    return {
      type: 'random-picker',
      name: context.name,
      pick({ length }) {
        if (count === 1) return [random.integer(length)];
        const order = Array.from({ length }, (_, i) => i);
        shuffle(order, random);
        return order.slice(0, count);
      },
    };
  },
});
