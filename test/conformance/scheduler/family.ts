/** A recorded family of decisions: how one file of the format is checked. */
export interface Family {
  /** The `family` of the file's first line. */
  readonly name: string;
  /** Checks the lines after the first, in order; one outcome per recorded unit (case, sequence, configuration …). */
  check(lines: Iterable<unknown>): Iterable<Outcome>;
}

/** What became of one recorded unit. */
export interface Outcome {
  /** The recorded id. */
  readonly id: string;
  /** For counts of kinds within a family. */
  readonly kind?: string;
  /** Empty = identical. */
  readonly differences: readonly Difference[];
}

export interface Difference {
  /** Path of the field: `profiles.default.totals.ns/p0`. */
  readonly field: string;
  readonly expected: unknown;
  readonly actual: unknown;
  /** What to look at: the step and request, the configuration's name. */
  readonly cause: string;
}
