import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  formatPath,
  liesWithin,
  parsePath,
  valueAt,
  withValueAt,
} from '../../../scenarios/load/scenario-path.ts';

describe('paths of a scenario', () => {
  it('read as the contract writes them', () => {
    expect(parsePath('spec.fleet.pools[0].replicas')).toEqual(['spec', 'fleet', 'pools', 0, 'replicas']);
    expect(parsePath('spec.prices["a.b"].x')).toEqual(['spec', 'prices', 'a.b', 'x']);
    expect(parsePath("spec['a b']")).toEqual(['spec', 'a b']);
  });

  it.each(['', '.spec', 'spec..x', 'spec[', 'spec[-1]', 'spec[a]', 'spec.', 'a b'])(
    '"%s" is no path',
    (text) => {
      expect(parsePath(text)).toBeUndefined();
    },
  );

  it('are read back as they were written', () => {
    const part = fc.oneof(
      fc.nat(20),
      fc.string({ minLength: 1 }),
      fc.constantFrom('spec', 'h100-sxm-80gb', 'a.b'),
    );
    fc.assert(
      fc.property(fc.tuple(fc.constantFrom('spec', 'metadata'), fc.array(part)), ([first, rest]) => {
        const path = [first, ...rest];
        expect(parsePath(formatPath(path))).toEqual(path);
      }),
    );
  });
});

describe('a value set at a path', () => {
  const data = { a: [{ b: 1 }, { b: 2 }], c: 'text' };

  it('is found there, and nothing else has changed', () => {
    const changed = withValueAt(data, ['a', 1, 'b'], 3);
    expect(changed).toEqual({ a: [{ b: 1 }, { b: 3 }], c: 'text' });
    expect(valueAt(data, ['a', 1, 'b'])).toBe(2);
    expect(withValueAt(data, ['d', 'e'], 1)).toEqual({ ...data, d: { e: 1 } });
  });

  it('needs a place', () => {
    expect(withValueAt(data, ['a', 2, 'b'], 3)).toBeUndefined();
    expect(withValueAt(data, ['c', 'd'], 3)).toBeUndefined();
    expect(withValueAt(data, ['a', 'b'], 3)).toBeUndefined();
  });

  it('lies within the path that leads to it', () => {
    expect(liesWithin(['a', 1, 'b'], ['a', 1])).toBe(true);
    expect(liesWithin(['a'], ['a', 1])).toBe(false);
  });
});
