import * as z from 'zod';

import { parseQuantity, unitsOf, type QuantityKind } from '../base/quantity.ts';

/** How a figure came about: read off an instrument or a log, printed by the maker, computed from others, or guessed. */
export type FigureKind = 'measured' | 'vendor' | 'derived' | 'assumed';

/** A number that says where it comes from. */
export interface Figure {
  readonly value: number;
  readonly kind: FigureKind;
  /** A URL, or a file of a public repository at a commit; for an assumption, the reasoning. */
  readonly source: string;
  /** The words or digits of the source that give the figure. */
  readonly quote?: string | undefined;
}

const FigureKindSchema = z.enum(['measured', 'vendor', 'derived', 'assumed']);

/**
 * Schema of `{ value: 3.35TB/s, kind: vendor, source: datasheet, quote: "…" }`. The value is a plain number, or with
 * `unit` a text that carries its unit. `source` is a text, or the name of an entry of the file's `sources`.
 */
export function figure(unit?: QuantityKind) {
  return z.strictObject({
    value: unit === undefined ? z.number() : quantity(unit),
    kind: FigureKindSchema,
    source: z.string().min(1),
    quote: z.string().optional(),
  });
}

/** Schema of a text with a unit; the parsed value is in the unit of `kind`. */
export function quantity(kind: QuantityKind) {
  return z.string().transform((text, context) => {
    const value = parseQuantity(text, kind);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: `must be a number with one of the units ${unitsOf(kind)}` });
    return z.NEVER;
  });
}
