import type { Random } from '../../../base/random.ts';
import { definePlugin } from '../../plugin-type.ts';
import type { Picker } from '../../plugin.ts';
import { readPickerParameters } from './picker-parameters.ts';
import { shuffle } from './shuffle.ts';

/*
 * max-score-picker: the k endpoints with the highest totals. Equal totals (exactly: no tolerance) are ordered by the
 * picker's tie-break: `random`: shuffled, then sorted stably (the snapshot); `rotate-all`: the whole list is rotated by
 * a counter of picks, then sorted stably (upstream's next version); `rotate-tier`: sorted, then each group of equal totals is
 * rotated by that counter (the version after).
 * Parameters: maxNumOfEndpoints (1; 0 and below mean 1).
 * Source: pkg/epp/framework/plugins/scheduling/picker/maxscore of llm-d-router at ebab6879; its pull requests 2515, 2709.
 */
export const maxScorePicker = definePlugin({
  type: 'max-score-picker',
  roles: ['picker'],
  maturity: 'beta',
  parameters: readPickerParameters,
  create: (count, context): Picker => {
    const random = context.random();
    const tieBreak = context.tieBreak;
    let picks = 0;
    return {
      type: 'max-score-picker',
      name: context.name,
      pick(endpoints, totals) {
        const turn = picks++;
        if (count === 1) return [pickOne(endpoints.length, totals, tieBreak, turn, random)];
        return pickSome(endpoints.length, totals, tieBreak, turn, random).slice(0, count);
      },
    };
  },
});

/** One of the positions with the highest total, without sorting. NaN loses against any number. */
function pickOne(
  length: number,
  totals: Float64Array,
  tieBreak: string,
  turn: number,
  random: Random,
): number {
  let best = 0;
  let highest = totals[0] ?? 0;
  let ties = 1;
  for (let i = 1; i < length; i++) {
    const total = totals[i] ?? 0;
    if (total < highest) continue;
    if (total === highest) ties++;
    else if (total > highest || (Number.isNaN(highest) && !Number.isNaN(total))) {
      best = i;
      highest = total;
      ties = 1;
    }
  }
  if (ties === 1) return best;
  if (tieBreak === 'rotate-all') {
    for (let k = 0; k < length; k++) {
      const i = (turn + k) % length;
      if (totals[i] === highest) return i;
    }
  }
  let skip = tieBreak === 'random' ? random.integer(ties) : turn % ties;
  for (let i = best; i < length; i++) {
    if (totals[i] === highest && skip-- === 0) return i;
  }
  return best;
}

function pickSome(
  length: number,
  totals: Float64Array,
  tieBreak: string,
  turn: number,
  random: Random,
): number[] {
  const order = Array.from({ length }, (_, i) => (tieBreak === 'rotate-all' ? (turn + i) % length : i));
  if (tieBreak === 'random') shuffle(order, random);
  order.sort((a, b) => (totals[b] ?? 0) - (totals[a] ?? 0) || 0);
  if (tieBreak !== 'rotate-tier') return order;
  const rotated: number[] = [];
  for (let from = 0; from < length;) {
    let to = from + 1;
    while (to < length && totals[order[to] ?? 0] === totals[order[from] ?? 0]) to++;
    for (let k = 0; k < to - from; k++) rotated.push(order[from + ((turn + k) % (to - from))] ?? 0);
    from = to;
  }
  return rotated;
}
