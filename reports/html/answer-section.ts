import type { RunReport } from '../../documents/run-report.ts';
import { answerOf } from '../answer.ts';
import { plural } from '../format.ts';
import type { PolicyFigures } from '../policy-figures.ts';
import { html, typeset, type Markup } from './markup.ts';

/** The answer in one sentence, set so that its first words are the headline; what to try next; how far to trust it. */
export function answerSection(report: RunReport, policies: readonly PolicyFigures[]): Markup {
  const { sentence, next } = report.answer ?? answerOf(report);
  const { headline, rest } = split(sentence);
  const entry = policies[0]?.entries[0];
  const pools = entry?.pools ?? [];
  const fleet = pools
    .map(({ name, replicas, gpus }) => `${plural(replicas, 'replica')} of ${name} on ${plural(gpus, 'GPU')}`)
    .join(', ');
  const labels = new Set(report.runs.flatMap((run) => run.labels.map(({ text }) => text))).size;
  return html`<section class="answer" aria-label="Answer">
    <p class="kicker">
      ${plural(entry?.requests.offered ?? 0, 'request')}${fleet === '' ? '' : `, ${fleet}`}
    </p>
    <h1>${typeset(headline)}</h1>
    ${rest === '' ? undefined : html`<p class="because">${typeset(rest)}</p>`}
    ${next === undefined ? undefined : html`<p class="next"><b>Next:</b> ${typeset(next)}.</p>`}
    <p class="doubt">
      A simulation, not a measurement.
      ${
        labels === 0
          ? 'No label weakens it.'
          : html`<a href="#labels"
              >${labels === 1 ? 'One label says' : `${labels} labels say`} what weakens it.</a
            >`
      }
    </p>
  </section>`;
}

/** The sentence up to its first colon, and the rest of it as a sentence of its own. */
function split(sentence: string): { headline: string; rest: string } {
  const colon = sentence.indexOf(': ');
  if (colon < 0 || colon > 140) return { headline: sentence, rest: '' };
  const rest = sentence.slice(colon + 2);
  return {
    headline: `${sentence.slice(0, colon)}.`,
    rest: `${rest.slice(0, 1).toUpperCase()}${rest.slice(1)}`,
  };
}
