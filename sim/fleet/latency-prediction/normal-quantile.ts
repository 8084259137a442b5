import { exp } from '../../../base/math.ts';

/**
 * The point below which a standard normal variable lies with probability `p`, 0 < p < 1: bisection on Zelen and Severo's
 * distribution function (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.17), which is right to 7.5e-8.
 */
export function normalQuantile(p: number): number {
  let low = -8;
  let high = 8;
  for (let halving = 0; halving < 60; halving++) {
    const middle = (low + high) / 2;
    if (normalShareBelow(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function normalShareBelow(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return x > 0 ? 1 - tail : tail;
}
