/** Fleets of one shape under one policy, in order of their price: 1, 2, 3, … units of it. */
export interface Lane {
  /** Price of so many units: USD per hour, or GPUs where there are no prices. Grows with the units. */
  readonly price: (units: number) => number;
  /** No fewer units can do. */
  readonly atLeast: number;
  /** Where to start. */
  readonly guess: number;
  /** No more can be had. */
  readonly most: number;
}

/** A fleet to be simulated. */
export interface Trial {
  readonly lane: number;
  readonly units: number;
}

interface LaneState {
  /** The largest number of units known not to do, smaller ones included. */
  misses: number;
  /** The smallest number of units known to do. */
  meets: number | undefined;
  guess: number;
  trials: number;
}

/** Trials of one round. A constant, so that the answer and the ledger do not depend on the number of cores. */
const ROUND = 2;

/** How much larger the next guess is after one that was too small. */
const GALLOP = 1.4;

/**
 * Best-first search for the cheapest fleet. Within a lane, a fleet that misses the SLO rules out every smaller one, and one
 * that meets it makes every larger one pointless (monotone in the number of replicas at fixed shape and policy). A lane
 * whose next fleet is no cheaper than the best one found is closed. Feed it: `next()`, simulate, `told()`, until
 * `next()` is empty.
 */
export class FleetSearch {
  private readonly lanes: readonly Lane[];
  private readonly states: readonly LaneState[];

  constructor(lanes: readonly Lane[], known?: readonly LaneState[]) {
    this.lanes = lanes;
    this.states =
      known ??
      lanes.map(({ atLeast, guess }) => ({ misses: atLeast - 1, meets: undefined, guess, trials: 0 }));
  }

  /** A search for the next best: knows what this one knows, and looks at all lanes but one. */
  without(closed: number): FleetSearch {
    const states = this.states.map((state, lane) =>
      lane === closed ? { ...state, meets: undefined, misses: this.laneOf(lane).most } : { ...state },
    );
    return new FleetSearch(this.lanes, states);
  }

  /** The cheapest fleet found so far that does; of several at one price, the one in the first lane. */
  get best(): Trial | undefined {
    let best: (Trial & { readonly price: number }) | undefined;
    for (const [lane, { meets: units }] of this.states.entries()) {
      const price = units === undefined ? Infinity : this.laneOf(lane).price(units);
      if (units !== undefined && price < (best?.price ?? Infinity)) best = { lane, units, price };
    }
    return best && { lane: best.lane, units: best.units };
  }

  /** Largest number of units of a lane known not to do. */
  misses(lane: number): number {
    return this.states[lane]?.misses ?? 0;
  }

  /** The smallest number of units of a lane known to do. */
  meets(lane: number): number | undefined {
    return this.states[lane]?.meets;
  }

  /** The cheapest price at which a fleet that was not ruled out could do. */
  openPrice(lane: number): number {
    const misses = this.misses(lane);
    const { most, price } = this.laneOf(lane);
    return misses >= most ? Infinity : price(misses + 1);
  }

  /** Fleets to simulate now; none when the cheapest is known. */
  next(): Trial[] {
    const open = this.lanes.flatMap((_, lane) => {
      const units = this.proposal(lane);
      return units === undefined ? [] : [{ lane, units }];
    });
    const price = ({ lane, units }: Trial): number => this.laneOf(lane).price(units);
    const round = open.toSorted((a, b) => price(a) - price(b)).slice(0, ROUND);
    const [only, ...others] = round;
    if (only === undefined || others.length > 0) return round;
    const second = this.second(only);
    return second === undefined ? round : [only, { lane: only.lane, units: second }];
  }

  told({ lane, units }: Trial, meets: boolean): void {
    const state = this.states[lane];
    if (state === undefined) return;
    state.trials++;
    if (meets) {
      state.meets = Math.min(units, state.meets ?? Infinity);
      // A fleet that does, below one that did not: the smaller one counts, and the search goes on below it.
      if (state.misses >= state.meets) state.misses = state.meets - 1;
    } else if (units < (state.meets ?? Infinity)) {
      state.misses = Math.max(units, state.misses);
      state.guess = Math.max(state.guess, Math.ceil(units * GALLOP));
    }
  }

  private laneOf(lane: number): Lane {
    const found = this.lanes[lane];
    if (found === undefined) throw new RangeError(`no lane ${lane}`);
    return found;
  }

  /** The largest number of units that would be news: below what is known to do, cheaper than the best. */
  private ceiling(lane: number): number {
    const { price, most } = this.laneOf(lane);
    const state = this.states[lane];
    const { best } = this;
    const limit = best === undefined ? Infinity : this.laneOf(best.lane).price(best.units);
    let high = Math.min(most, (state?.meets ?? Infinity) - 1);
    let low = state?.misses ?? 0;
    if (high > low && price(high) < limit) return high;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (price(middle) < limit) low = middle;
      else high = middle;
    }
    return low;
  }

  private proposal(lane: number): number | undefined {
    const state = this.states[lane];
    if (state === undefined) return undefined;
    const ceiling = this.ceiling(lane);
    if (ceiling <= state.misses) return undefined;
    if (state.meets !== undefined)
      return Math.max(state.misses + 1, Math.floor((state.misses + ceiling + 1) / 2));
    // A lane that missed at its guess, and has little room left below the best price, is settled by one trial.
    const settle = this.best !== undefined && (state.trials > 0 || state.guess > ceiling);
    return settle ? ceiling : Math.min(ceiling, Math.max(state.misses + 1, state.guess));
  }

  /** A second fleet of the only open lane, so that a round is not played by one core alone. */
  private second({ lane, units }: Trial): number | undefined {
    const state = this.states[lane];
    if (state === undefined) return undefined;
    const ceiling = this.ceiling(lane);
    const above = Math.min(
      ceiling,
      state.meets === undefined ? Math.ceil(units * GALLOP) : Math.ceil((units + ceiling) / 2),
    );
    if (above > units) return above;
    const below = Math.floor((state.misses + units) / 2);
    return below > state.misses && below < units ? below : undefined;
  }
}
