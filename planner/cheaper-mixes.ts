import type { MixProgram } from './mix-program.ts';

type Supply = Pick<MixProgram, 'prices' | 'proved' | 'limit' | 'most' | 'gpus' | 'shared' | 'power'>;

/** Partial mixes that are looked at before the space counts as too large. A choice, for speed. */
const MOST_LOOKS = 200_000;

/** How much below the limit a price must be, relatively: more than rounding. */
const CHEAPER = 1e-5;

/**
 * Every mix of at least two kinds that costs less than the limit, can be had and is not ruled out by what is proved, the
 * cheapest first; undefined where there are more than `atMost`.
 */
export function cheaperMixes(supply: Supply, atMost: number): (readonly number[])[] | undefined {
  const { prices, proved, limit, most, gpus, shared, power } = supply;
  const mixes: (readonly number[])[] = [];
  const sum = (units: readonly number[], of: readonly number[]): number =>
    units.reduce((total, count, kind) => total + count * (of[kind] ?? 0), 0);
  const fits = (units: readonly number[]): boolean =>
    sum(units, prices) < limit * (1 - CHEAPER) &&
    shared.every(
      ({ kinds, gpus: had }) =>
        kinds.reduce((total, kind) => total + (units[kind] ?? 0) * (gpus[kind] ?? 0), 0) <= had,
    ) &&
    (power === undefined || sum(units, power.watts) <= power.limit);
  let looks = 0;
  const grow = (units: readonly number[]): boolean => {
    if (++looks > MOST_LOOKS) return false;
    if (units.length === prices.length) {
      const isMix = units.filter((count) => count > 0).length > 1;
      // The bounds are sums of rounded shares: what misses one by rounding alone is not ruled out.
      if (isMix && proved.every((shares) => sum(units, shares) >= 1 - 1e-9)) mixes.push(units);
      return mixes.length <= atMost;
    }
    for (let count = 0; count <= (most[units.length] ?? 0); count++) {
      const more = [...units, count];
      if (!fits(more)) break;
      if (!grow(more)) return false;
    }
    return true;
  };
  return grow([]) ? mixes.toSorted((a, b) => sum(a, prices) - sum(b, prices)) : undefined;
}
