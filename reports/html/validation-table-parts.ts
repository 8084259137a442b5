import { pairsText, percent, signedPercent, type Score } from '../validation/validation-words.ts';
import { html, typeset, type Markup } from './markup.ts';

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

/** A table that scrolls by itself where it is too wide; the first cell of a row names it. */
export function scoreTable(
  label: string,
  titles: readonly string[],
  rows: readonly (readonly (string | Markup)[])[],
  look = '',
): Markup {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${label}">
    <table class="${look}">
      <thead>
        <tr>
          ${titles.map((title) => html`<th scope="col">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([first = '', ...rest]) =>
            html`<tr>
              <th scope="row">${typeof first === 'string' ? typeset(first) : first}</th>
              ${rest.map((cell) => html`<td>${typeof cell === 'string' ? typeset(cell) : cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
