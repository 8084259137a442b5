import { parse } from 'yaml';

import type { FigureKind } from './figure.ts';

/** Figures of a profile by kind, and those whose source is quoted. */
export type FigureCounts = Readonly<Record<FigureKind | 'quoted', number>>;

/** Counts the figures (`{ value, kind, source }`) anywhere in the text of a profile that has been read without a problem. */
export function figureCounts(text: string): FigureCounts {
  const counts = { measured: 0, vendor: 0, derived: 0, assumed: 0, quoted: 0 };
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { value, kind, quote } = node as { value?: unknown; kind?: unknown; quote?: unknown };
    if (value !== undefined && isKind(kind)) {
      counts[kind]++;
      if (quote !== undefined) counts.quoted++;
    } else {
      for (const child of Object.values(node)) visit(child);
    }
  };
  visit(parse(text));
  return counts;
}

function isKind(kind: unknown): kind is FigureKind {
  return kind === 'measured' || kind === 'vendor' || kind === 'derived' || kind === 'assumed';
}
