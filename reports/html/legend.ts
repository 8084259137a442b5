import { html, type Markup } from './markup.ts';
import { policyColor, policyDash } from './palette.ts';

/** A short line in a policy's colour and dashes. */
export function policyKey(position: number): Markup {
  return html`<svg class="key" width="26" height="8" aria-hidden="true">
    <line
      x1="1"
      y1="4"
      x2="25"
      y2="4"
      stroke="${policyColor(position)}"
      stroke-width="3"
      stroke-dasharray="${policyDash(position).join(' ')}"
    />
  </svg>`;
}

/** A square in any colour. */
export function colorKey(color: string): Markup {
  return html`<svg class="key" width="12" height="12" aria-hidden="true">
    <rect width="12" height="12" rx="2" fill="${color}" />
  </svg>`;
}

/** A list of keys and what they stand for. */
export function legend(items: readonly { readonly key: Markup; readonly name: string }[]): Markup {
  return html`<ul class="legend">
    ${items.map(({ key, name }) => html`<li>${key}${name}</li>`)}
  </ul>`;
}
