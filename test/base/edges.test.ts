import { describe, expect, it } from 'vitest';

import { InvariantError, invariant } from '../../base/invariant.ts';
import { didYouMean, nearest } from '../../base/nearest.ts';
import { parseQuantity } from '../../base/quantity.ts';
import { keyedUniform, logNormal, random } from '../../base/random.ts';
import { UserError, throwProblems } from '../../base/user-error.ts';

describe('parseQuantity', () => {
  it.each([
    ['250ms', 'seconds', 0.25],
    ['1.5 h', 'seconds', 5400],
    ['2min', 'seconds', 120],
    ['80GiB', 'bytes', 80 * 2 ** 30],
    ['80GB', 'bytes', 80e9],
    ['400Gbit/s', 'bytesPerSecond', 50e9],
    ['3.35TB/s', 'bytesPerSecond', 3.35e12],
    ['989Tflop/s', 'flopPerSecond', 989e12],
  ] as const)('%s of %s is %d', (text, kind, value) => {
    expect(parseQuantity(text, kind)).toBeCloseTo(value, 6);
  });

  it.each(['', '5', 'ms', '5 parsecs', '5GB'])('"%s" is no time', (text) => {
    expect(parseQuantity(text, 'seconds')).toBeUndefined();
  });
});

describe('nearest', () => {
  it('finds the name that was meant, and nothing when nothing is near', () => {
    expect(nearest('qwen3-23b', ['llama-3.1-8b', 'qwen3-32b', 'qwen3-14b'])[0]).toBe('qwen3-32b');
    expect(didYouMean('replica', ['replicas', 'role'])).toBe('did you mean "replicas"?');
    expect(didYouMean('zzzzzz', ['replicas', 'role'])).toBeUndefined();
  });
});

describe('random', () => {
  it('gives a stream its own draws, whatever else is drawn', () => {
    const draws = (stream: string): number[] => {
      const source = random(1, 2, stream);
      return [source.uniform(), source.uniform(), source.integer(10)];
    };
    expect(draws('arrivals')).toEqual(draws('arrivals'));
    expect(draws('arrivals')).not.toEqual(draws('ties'));
    expect(draws('arrivals')).toMatchInlineSnapshot(`
      [
        0.050882654176166,
        0.19957742540721235,
        7,
      ]
    `);
  });

  it('keys a draw by what it belongs to', () => {
    expect(keyedUniform(1, 'cancel', 17)).toBe(keyedUniform(1, 'cancel', 17));
    const values = Array.from({ length: 20_000 }, (_, key) => keyedUniform(1, 'cancel', key));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.01);
    expect(new Set(values).size).toBe(values.length);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
  });

  it('draws log-normal values with the mean and spread asked for', () => {
    const source = random(3, 0, 'lengths');
    const values = Array.from({ length: 50_000 }, () => logNormal(source, 200, 100));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / values.length;
    expect(mean).toBeGreaterThan(197);
    expect(mean).toBeLessThan(203);
    expect(Math.sqrt(variance)).toBeGreaterThan(93);
    expect(Math.sqrt(variance)).toBeLessThan(107);
  });
});

describe('errors', () => {
  it('says all problems at once, each with its place and remedy', () => {
    const problem = { code: 'E_RANGE', message: 'replicas must be at least 1', hint: 'give 1 or more' };
    const at = { file: 'a.yaml', line: 6, column: 17 };
    expect(() => throwProblems([])).not.toThrow();
    expect(() => throwProblems([{ ...problem, at }, problem])).toThrow(
      new UserError({ ...problem, at }, problem).message,
    );
    expect(new UserError({ ...problem, at }).message).toBe(
      'error[E_RANGE]: a.yaml:6:17 replicas must be at least 1\n  hint: give 1 or more',
    );
  });

  it('tells a broken law apart from a mistake of the user', () => {
    expect(() => invariant(1 + 1 === 3, 'sums hold', { sum: 2 })).toThrow(InvariantError);
  });
});
