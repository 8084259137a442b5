import { html, typeset, type Markup } from './markup.ts';

export interface PageAnswer {
  /** What was played. */
  readonly kicker: string;
  readonly headline: string;
  /** What stands below the headline; empty = nothing. */
  readonly rest: string;
  readonly next: string | undefined;
}

/** The answer at the head of a page that has its labels below. */
export function answerMarkup({ kicker, headline, rest, next }: PageAnswer): Markup {
  return html`<section class="answer" aria-label="Answer">
    <p class="kicker">${kicker}</p>
    <h1>${typeset(headline)}</h1>
    ${rest === '' ? undefined : html`<p class="because">${typeset(rest)}</p>`}
    ${next === undefined ? undefined : html`<p class="next"><b>Next:</b> ${typeset(next)}.</p>`}
    <p class="doubt">A simulation, not a measurement. <a href="#labels">What weakens it</a> stands below.</p>
  </section>`;
}

/** A sentence with its part before the first colon as the headline. */
export function headlineOf(sentence: string): Pick<PageAnswer, 'headline' | 'rest'> {
  const colon = sentence.indexOf(': ');
  return colon < 0
    ? { headline: sentence, rest: '' }
    : { headline: `${sentence.slice(0, colon)}.`, rest: sentence.slice(colon + 2) };
}
