/** A number of a profile that measurements may determine. */
export interface Coefficient {
  /** As the profile's file calls it. */
  readonly name: string;
  readonly about: string;
  /** Seconds, or a factor. */
  readonly unit: 's' | 'x';
  /** Where the search begins: above zero. */
  readonly start: number;
}

/** More would fit anything. */
export const MOST_COEFFICIENTS = 8;
