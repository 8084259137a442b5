/**
 * Units as types. A value of one unit is not assignable to another; a plain number is assignable to any
 * (arithmetic yields plain numbers, and hot loops should not be full of casts).
 */
type Unit<Name extends string> = number & { readonly __unit?: Name };

export type Seconds = Unit<'seconds'>;
/** Integer simulation time: 2^-k nanoseconds, k per run (see sim/events/clock.ts). */
export type Ticks = Unit<'ticks'>;
export type Tokens = Unit<'tokens'>;
export type Blocks = Unit<'blocks'>;
export type Bytes = Unit<'bytes'>;
export type Usd = Unit<'usd'>;
