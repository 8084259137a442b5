import { describe, expect, it } from 'vitest';

import {
  formatDifference,
  formatInterval,
  formatSeconds,
  listed,
  plural,
  threeDigits,
} from '../../reports/format.ts';

describe('formats', () => {
  it.each([
    [0, '0 ms'],
    [0.000012345, '0.0123 ms'],
    [0.0123456, '12.3 ms'],
    [0.4, '400 ms'],
    [3.4123, '3,410 ms'],
    [9.994, '9,990 ms'],
    [9.996, '10.0 s'],
    [123.456, '123 s'],
    [12345, '12,300 s'],
  ])('writes %d s as %s', (seconds, text) => expect(formatSeconds(seconds)).toBe(text));

  it('writes three digits, no exponent', () => {
    expect([0, 0.00012345, 0.5, 12.345, 1234.5, 1234567].map(threeDigits)).toEqual([
      '0',
      '0.000123',
      '0.500',
      '12.3',
      '1,230',
      '1,230,000',
    ]);
  });

  it('writes differences with their sign, shares in points, rates to the digits of their value', () => {
    expect(formatDifference(-0.021, 's', 1)).toBe('-21.0 ms');
    expect(formatDifference(0.123, 'share', 0.5)).toBe('+12.3 points');
    expect(formatDifference(0.00025, '/s', 0.3333)).toBe('+0.0003');
    expect(formatDifference(25.4, 'tokens/s', 12345)).toBe('+25');
    expect(formatDifference(0.326215, '/s', 0.00676)).toBe('+0.326');
    expect(formatInterval([-0.41, -0.29], 's', 1)).toBe('-410 to -290 ms');
    expect(formatInterval([-12, 0.3], 's', 1)).toBe('-12.0 s to +300 ms');
    expect(formatInterval([-0.001, 0.0004], '/s', 12.34)).toBe('-0.00 to +0.00');
  });

  it('writes lists and plurals', () => {
    expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listed)).toEqual(['', 'a', 'a and b', 'a, b and c']);
    expect([plural(1, 'request'), plural(12031, 'request')]).toEqual(['1 request', '12,031 requests']);
  });
});
