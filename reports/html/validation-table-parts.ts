import { pairsText, percent, signedPercent, type Score } from '../validation/validation-words.ts';
import { dataTable } from './data-table.ts';
import { typeset, type Markup } from './markup.ts';

export const SCORE_TITLES = ['n', 'pairs', 'bias', 'median', 'mean', 'worst', 'noise'];

/** The columns of a score. */
export function scoreCells(score: Score): string[] {
  return [
    String(score.count),
    pairsText(score),
    signedPercent(score.meanError),
    percent(score.medianAbsoluteError),
    percent(score.meanAbsoluteError),
    signedPercent(score.worst),
    score.noise === undefined ? '-' : percent(score.noise),
  ];
}

/** A `dataTable` whose texts are set as a typesetter sets them. */
export function scoreTable(
  label: string,
  titles: readonly string[],
  rows: readonly (readonly (string | Markup)[])[],
  look?: 'reasons' | 'wide',
): Markup {
  const set = (cell: string | Markup): Markup => (typeof cell === 'string' ? typeset(cell) : cell);
  return dataTable(
    label,
    titles,
    rows.map((row) => row.map(set)),
    look,
  );
}
