import { z } from 'zod';

import { invariant, unreachable } from '../../../base/invariant.ts';
import { logNormal, type Random } from '../../../base/random.ts';
import type { Seconds, Tokens } from '../../../base/units.ts';
import { durationText, secondsOf } from './duration.ts';

/**
 * A length in tokens (or a number of turns, of passages …): a whole number, or the distribution that it is drawn from.
 * Mean and standard deviation are those of the value itself before it is cut to [min, max] and rounded.
 */
export const lengthSchema = valueOrDistribution(z.int().nonnegative(), z.number().nonnegative(), Number);

/** A duration, or the distribution that it is drawn from. */
export const durationSchema = valueOrDistribution(durationText, durationText, secondsOf);

export type LengthSpec = z.infer<typeof lengthSchema>;
export type DurationSpec = z.infer<typeof durationSchema>;

/** A drawn length: rounded, and at least `least` whatever the distribution says (a prompt has a token). */
export function drawLength(spec: LengthSpec, random: Random, least: Tokens = 1): Tokens {
  return Math.max(least, Math.round(draw(spec, random, (value) => value)));
}

/** A drawn duration in seconds, never negative. */
export function drawDuration(spec: DurationSpec, random: Random): Seconds {
  return Math.max(0, draw(spec, random, secondsOf));
}

/** Keys and types of inference-perf's distributions (inference_perf/utils/distribution.py). */
function valueOrDistribution<V extends number | string, P extends number | string>(
  value: z.ZodType<V>,
  parameter: z.ZodType<P>,
  number: (parameter: P) => number,
) {
  const cut = { min: parameter.optional(), max: parameter.optional() };
  const spread = { mean: parameter, std_dev: parameter, ...cut };
  const positive = parameter.refine((mean) => number(mean) > 0, 'must be more than 0');
  const ordered = (shape: { min?: P | undefined; max?: P | undefined }): boolean =>
    shape.min === undefined || shape.max === undefined || number(shape.min) <= number(shape.max);
  const message = { path: ['max'], error: 'must be at least min' };
  return z.union([
    value,
    z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('fixed'), mean: parameter }),
      z.strictObject({ type: z.literal('uniform'), min: parameter, max: parameter }).refine(ordered, message),
      z.strictObject({ type: z.literal('normal'), ...spread }).refine(ordered, message),
      z.strictObject({ type: z.literal('lognormal'), ...spread, mean: positive }).refine(ordered, message),
    ]),
  ]);
}

interface Shape<Value> {
  readonly type: 'fixed' | 'uniform' | 'normal' | 'lognormal';
  readonly mean?: Value;
  readonly std_dev?: Value;
  readonly min?: Value | undefined;
  readonly max?: Value | undefined;
}

function draw<Value extends number | string>(
  spec: Value | Shape<Value>,
  random: Random,
  number: (value: Value) => number,
): number {
  if (typeof spec !== 'object') return number(spec);
  const of = (value: Value | undefined): number => {
    invariant(value !== undefined, 'a checked distribution has its parameters', { ...spec });
    return number(value);
  };
  const cut = (value: number): number => {
    const low = spec.min === undefined ? value : Math.max(value, number(spec.min));
    return spec.max === undefined ? low : Math.min(low, number(spec.max));
  };
  switch (spec.type) {
    case 'fixed':
      return of(spec.mean);
    case 'uniform':
      return of(spec.min) + (of(spec.max) - of(spec.min)) * random.uniform();
    case 'normal':
      return cut(of(spec.mean) + of(spec.std_dev) * random.normal());
    case 'lognormal':
      return cut(logNormal(random, of(spec.mean), of(spec.std_dev)));
    default:
      return unreachable(spec.type);
  }
}
