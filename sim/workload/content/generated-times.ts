import { z } from 'zod';

import { random, type Random } from '../../../base/random.ts';
import type { Seconds } from '../../../base/units.ts';
import type { Place, Starts } from './content.ts';

/** Keys that every generator of single requests has: how many, how fast, how regular. */
export const generatedTimes = {
  /** How many; may be absent where the load says how many are sent. */
  requests: z.int().positive().optional(),
  /** Per second, for an open loop; absent where the load says when they are sent. */
  rate: z.number().positive().optional(),
  arrival: z.enum(['poisson', 'even']).default('poisson'),
};

export interface TimesSpec {
  readonly rate?: number | undefined;
  readonly arrival: 'poisson' | 'even';
}

/** For `Content.starts`: even gaps of 1/rate, or exponential ones of that mean; undefined without a rate. */
export function generatedStarts({ rate, arrival }: TimesSpec): ((place: Place) => Starts) | undefined {
  return rate === undefined ? undefined : (place) => new GeneratedTimes(rate, arrival, place);
}

class GeneratedTimes implements Starts {
  private readonly gap: Seconds;
  private readonly draws: Random | undefined;
  private index = -1;
  private time: Seconds = 0;

  constructor(rate: number, arrival: TimesSpec['arrival'], place: Place) {
    this.gap = 1 / rate;
    this.draws = arrival === 'poisson' ? random(place.seed, 0, `${place.name}arrivals`) : undefined;
  }

  at(index: number): Seconds {
    if (this.draws === undefined) return index * this.gap;
    for (; this.index < index; this.index++) this.time += this.draws.exponential() * this.gap;
    return this.time;
  }
}
