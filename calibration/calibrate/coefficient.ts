/** A number of a profile that measurements may determine. */
export interface Coefficient {
  /** As the profile's file calls it. */
  readonly name: string;
  readonly about: string;
  /** Whether it is a part of every step, or passed once by a request on its way in or out. */
  readonly of: 'step' | 'request';
  /** Seconds, or a factor. */
  readonly unit: 's' | 'x';
  /** Where the search begins: above zero. */
  readonly start: number;
}

/** More would fit anything. */
export const MOST_COEFFICIENTS = 8;
