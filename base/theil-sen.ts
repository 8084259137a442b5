import { random } from './random.ts';

/*
 * Whether a series grows, for series with outliers and with neighbours that resemble each other. The slope is the
 * median of the slopes of all pairs of points (Theil 1950, Sen 1968, doi:10.1080/01621459.1968.10480934). How sure it
 * is comes from a moving-block bootstrap of the residuals (Künsch 1989, doi:10.1214/aos/1176347265), which keeps the
 * resemblance of neighbours up to the length of a block.
 */

const DRAWS = 1000;

/** Slope per sample of equally spaced `values`; 0 for fewer than two. */
export function theilSenSlope(values: readonly number[]): number {
  const slopes = new Float64Array(Math.max(0, (values.length * (values.length - 1)) / 2));
  return slopes.length === 0 ? 0 : slopeInto(slopes, values);
}

/**
 * Whether the slope is above zero at 99 % (one-sided): the 1 % point of its bootstrap distribution is positive. Blocks
 * have sqrt(n) samples. Equal arguments give equal answers. About 0.1 s for 100 values: ask the cheap questions first.
 */
export function slopeIsPositive(values: readonly number[], seed: number): boolean {
  const count = values.length;
  const slope = theilSenSlope(values);
  if (count < 10 || !(slope > 0)) return false;
  const slopes = new Float64Array((count * (count - 1)) / 2);
  const residuals = values.map((value, k) => value - slope * k);
  const blockLength = Math.round(Math.sqrt(count));
  const source = random(seed, 0, 'theil-sen bootstrap');
  const redrawn = values.map(() => 0);
  const allowed = Math.floor(DRAWS * 0.01);
  let notPositive = 0;
  for (let draw = 0; draw < DRAWS; draw++) {
    for (let k = 0; k < count; k += blockLength) {
      const from = source.integer(count - blockLength + 1);
      for (let offset = 0; offset < blockLength && k + offset < count; offset++) {
        redrawn[k + offset] = slope * (k + offset) + (residuals[from + offset] ?? 0);
      }
    }
    if (!(slopeInto(slopes, redrawn) > 0) && ++notPositive > allowed) return false;
  }
  return true;
}

/** Median of all pairwise slopes; `slopes` is scratch space for them. */
function slopeInto(slopes: Float64Array, values: ArrayLike<number>): number {
  let pair = 0;
  for (let i = 0; i < values.length; i++) {
    for (let j = i + 1; j < values.length; j++) {
      slopes[pair++] = ((values[j] ?? 0) - (values[i] ?? 0)) / (j - i);
    }
  }
  const upper = select(slopes, Math.floor(pair / 2));
  if (pair % 2 === 1) return upper;
  let lower = -Infinity; // after the selection everything smaller stands to the left
  for (let k = 0; k < pair / 2; k++) lower = Math.max(lower, slopes[k] ?? lower);
  return (lower + upper) / 2;
}

/** k-th smallest (Hoare's selection, middle element as pivot); reorders `values` around it. */
function select(values: Float64Array, k: number): number {
  let left = 0;
  let right = values.length - 1;
  while (left < right) {
    const pivot = values[(left + right) >>> 1] ?? 0;
    let i = left;
    let j = right;
    while (i <= j) {
      while ((values[i] ?? pivot) < pivot) i++;
      while ((values[j] ?? pivot) > pivot) j--;
      if (i > j) break;
      const swapped = values[i] ?? 0;
      values[i++] = values[j] ?? 0;
      values[j--] = swapped;
    }
    if (k <= j) right = j;
    else if (k >= i) left = i;
    else break;
  }
  return values[k] ?? 0;
}
