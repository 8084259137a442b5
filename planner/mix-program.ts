/** Which whole numbers of units of each kind to take, 0 <= x <= most, at least one of at least `leastKinds` kinds. */
export interface MixProgram {
  /** The cheapest such fleet, or the one with most capacity. */
  readonly seek: 'least price' | 'most capacity';
  readonly prices: readonly number[];
  /** Share of the load that a unit is taken to carry. */
  readonly capacities: readonly number[];
  /** capacities · x is at least this. */
  readonly work: number;
  /** Shares of what has to be done, as far as that is proved, that a unit does at most: each of these · x is at least 1. */
  readonly proved: readonly (readonly number[])[];
  /** prices · x is less than this. */
  readonly limit: number;
  readonly most: readonly number[];
  readonly gpus: readonly number[];
  /** GPUs that several kinds share: those of one hardware, and all together. */
  readonly shared: readonly { readonly kinds: readonly number[]; readonly gpus: number }[];
  /** Watts of a unit of each kind, and how many all of them may draw together; absent without a limit. */
  readonly power?: { readonly watts: readonly number[]; readonly limit: number };
  readonly leastKinds: number;
  /** Fleets that do not do: neither they nor smaller ones of exactly the same kinds are taken, which nothing proves to miss. */
  readonly cuts: readonly (readonly number[])[];
}

/** The numbers of units; undefined when none do. An integer-programming solver stands behind it. */
export type SolveMix = (program: MixProgram) => readonly number[] | undefined;
