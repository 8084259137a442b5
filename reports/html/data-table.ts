import { html, type Markup } from './markup.ts';

/**
 * A table that scrolls by itself where it is too wide; the first cell of a row names it. `label` is for screen readers, `look`
 * a class of the page's style.
 */
export function dataTable(
  label: string,
  [corner = '', ...titles]: readonly string[],
  rows: readonly (readonly (string | Markup)[])[],
  look?: 'reasons' | 'wide',
): Markup {
  const box = look === undefined ? 'scroll' : `scroll ${look}`;
  return html`<div class="${box}" tabindex="0" role="group" aria-label="${label}">
    <table>
      <thead>
        <tr>
          <th scope="col">${corner}</th>
          ${titles.map((title) => html`<th scope="col">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([first = '', ...rest]) =>
            html`<tr>
              <th scope="row">${first}</th>
              ${rest.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
