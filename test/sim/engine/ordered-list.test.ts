import fc from 'fast-check';
import { describe, it, expect } from 'vitest';

import { putIn, takeOut } from '../../../sim/engine/ordered-list.ts';

describe('a list that changes in place', () => {
  const places = fc
    .integer({ min: 0, max: 9 })
    .chain((length) =>
      fc.record({ length: fc.constant(length), place: fc.integer({ min: 0, max: length }) }),
    );

  it('takes in and gives back what splice would', () => {
    fc.assert(
      fc.property(places, ({ length, place }) => {
        const list = Array.from({ length }, (_, index) => index);
        putIn(list, place, -1);
        expect(list).toEqual(Array.from({ length }, (_, index) => index).toSpliced(place, 0, -1));
        takeOut(list, -1);
        expect(list).toEqual(Array.from({ length }, (_, index) => index));
      }),
    );
  });
});
