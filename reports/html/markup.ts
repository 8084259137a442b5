/** Text that is HTML already. Everything else that goes into a page is escaped. */
export interface Markup {
  readonly markup: string;
}

type Part = string | number | Markup | undefined | readonly Part[];

/** A template whose values are escaped, unless they are markup; lists are joined, undefined is nothing. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { markup: texts.map((text, k) => `${text}${k < parts.length ? written(parts[k]) : ''}`).join('') };
}

/** Text that is safe between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/**
 * Prose and figures as a typesetter sets them: a number stays with its unit, negative numbers have a minus sign, and what
 * stands in brackets and begins with a dash is a command.
 */
export function typeset(text: string): Markup {
  const pieces = text.split(/(?<=\()(-{1,2}[a-z][^()]*)(?=\))/);
  return {
    markup: pieces
      .map((piece, k) =>
        k % 2 === 1
          ? `<code>${escapeHtml(piece)}</code>`
          : escapeHtml(piece)
              .replaceAll(/(?<=\d) (?=(?:ms|s|%|points)(?![\w]))/g, '\u00a0')
              .replaceAll(/(?<=\d|ms|s|points) to (?=[-+]\d)/g, '\u00a0to\u00a0')
              .replaceAll(/(?<!\w)-(?=\d)/g, '\u2212'),
      )
      .join(''),
  };
}

/** Data for a script to read, as JSON that no HTML parser takes for a tag or a comment, whatever it holds. */
export function dataElement(id: string, data: unknown): Markup {
  const text = JSON.stringify(data).replaceAll('<', String.raw`\u003c`);
  return { markup: `<script type="application/json" id="${id}">${text}</script>\n` };
}

/** A script whose text cannot end its own element, without the hint at its source map. */
export function scriptElement(text: string, nonce: string): Markup {
  const safe = text
    .replaceAll(/^\/\/# sourceMappingURL=.*$/gm, '')
    .replaceAll(/<(?=\/?script|!--)/gi, String.raw`\x3c`);
  return { markup: `<script nonce="${nonce}">${safe}</script>\n` };
}

/** A style sheet of our own. */
export function styleElement(text: string): Markup {
  return { markup: `<style>${text}</style>\n` };
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function written(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'string') return escapeHtml(part);
  if (typeof part === 'number') return String(part);
  return 'markup' in part ? part.markup : part.map(written).join('');
}
