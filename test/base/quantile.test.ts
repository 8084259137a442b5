import { expect, it } from 'vitest';

import { quantile } from '../../base/quantile.ts';

it('a quantile lies between the two nearest values', () => {
  expect(quantile(Float64Array.of(1, 2, 3), 0.5)).toBe(2);
  expect(quantile(Float64Array.of(0, 10), 0.9)).toBe(9);
  expect(quantile(Float64Array.of(4), 0.9)).toBe(4);
  expect(quantile(new Float64Array(0), 0.9)).toBeNaN();
});
