import { pow } from '../../../base/math.ts';
import type { Random } from '../../../base/random.ts';

/** Draws from `count` things whose popularity falls with their rank: thing r (from 0) has weight 1 / (r + 1)^exponent. */
export class Zipf {
  private readonly cumulative: Float64Array;

  constructor(count: number, exponent: number) {
    this.cumulative = new Float64Array(count);
    let sum = 0;
    for (let rank = 0; rank < count; rank++) {
      sum += pow(rank + 1, -exponent);
      this.cumulative[rank] = sum;
    }
  }

  /** Rank from 0. */
  draw(random: Random): number {
    const { cumulative } = this;
    const target = random.uniform() * (cumulative.at(-1) ?? 0);
    let low = 0;
    let high = cumulative.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((cumulative[middle] ?? 0) > target) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
