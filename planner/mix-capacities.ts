import type { FleetSpace, FoundFleets } from './find-fleet.ts';
import type { FleetRun, Ledger } from './ledger.ts';

/** Halvings of the interval in which the capacity of a kind lies: to an eighth of it. A choice: mixes are simulated anyway. */
const HALVINGS = 3;

/**
 * Which share of the peak a unit of each kind carries under a policy: the load up to which the fleet at which the search of
 * that kind ended keeps its promise, over its units. 0 for kinds of which one unit costs more than the answer.
 */
export async function mixCapacities(
  space: FleetSpace,
  { lanes, search }: FoundFleets,
  policy: string,
  ledger: Ledger,
): Promise<number[]> {
  const kinds = space.shapes.map((_, shape): Kind => {
    const lane = lanes.findIndex((one) => one.shape === shape && one.policy === policy);
    const meets = lane < 0 ? undefined : search.meets(lane);
    const units = lane < 0 ? 0 : (meets ?? search.misses(lane));
    const [low, high] = meets === undefined ? [0, 1] : [1, meets === 1 ? 1 : meets / (meets - 1)];
    return { shape, units, low, high };
  });
  for (let count = 0; space.scalable && count < HALVINGS; count++) {
    const open = kinds.filter(({ units, low, high }) => units > 0 && low < high);
    const played = await ledger.all(open.map((kind) => runOf(space, kind, policy)));
    for (const [index, kind] of open.entries()) {
      const middle = (kind.low + kind.high) / 2;
      if (played[index]?.outcome === 'meets') kind.low = middle;
      else kind.high = middle;
    }
  }
  return kinds.map(({ units, low, high }) => (units === 0 ? 0 : (low + high) / 2 / units));
}

interface Kind {
  readonly shape: number;
  readonly units: number;
  /** Multiples of the peak between which the most lies that so many units carry. */
  low: number;
  high: number;
}

function runOf(
  { shapes, requirement }: FleetSpace,
  { shape, units, low, high }: Kind,
  policy: string,
): FleetRun {
  return {
    pools: [{ shape, replicas: units * (shapes[shape]?.buying.replicasPerUnit ?? 1) }],
    policy,
    load: (requirement.peak * (low + high)) / 2,
    whole: false,
  };
}
