import type { Plan } from '../../documents/plan.ts';
import { formatSeconds, formatShare, plural, threeDigits } from '../format.ts';
import {
  cheapestOf,
  exhaustedText,
  monthText,
  optionName,
  optionText,
  stepsText,
} from '../plan/calendar-words.ts';
import { dataTable } from './data-table.ts';
import { html, typeset, type Markup } from './markup.ts';

/** A month of the answer under a calendar of loads, and the ways to pay for it; nothing without one. `suffix` and `of`: see `planSections`. */
export function calendarSection({ calendar }: Plan, suffix = '', of = ''): Markup | undefined {
  if (calendar === undefined) return undefined;
  const cheapest = cheapestOf(calendar);
  return html`<section aria-labelledby="calendar${suffix}">
    <h2 id="calendar${suffix}">Over a month${of}</h2>
    ${dataTable(
      'The periods of a month',
      ['', 'hours', 'requests/s', 'replicas', 'SLO', 'attainment', 'P90 TTFT', 'P90 TPOT', 'with fewer'],
      calendar.periods.map((period) => [
        period.name,
        ...[
          String(Math.round(period.hoursPerMonth)),
          threeDigits(period.requestsPerSecond),
          String(period.replicas),
          period.meets ? 'meets' : 'misses',
          period.attainment === undefined ? '–' : formatShare(period.attainment),
          period.ttftP90 === undefined ? '–' : formatSeconds(period.ttftP90),
          period.tpotP90 === undefined ? '–' : formatSeconds(period.tpotP90),
          period.fewer ?? '–',
        ].map(typeset),
      ]),
      'reasons',
    )}
    ${dataTable(
      'Ways to pay for a month',
      ['', 'a month'],
      calendar.options.map((option) => [
        optionName(option),
        typeset(`${optionText(option)}${option === cheapest ? '; the cheapest' : ''}`),
      ]),
      'reasons',
    )}
  </section>`;
}

/** What a growing load asks for; nothing without growth. */
export function growthSection({ growth }: Plan, suffix = '', of = ''): Markup | undefined {
  if (growth === undefined) return undefined;
  const steps = stepsText(growth);
  return html`<section aria-labelledby="growth${suffix}">
    <h2 id="growth${suffix}">Growth${of}</h2>
    <p>${typeset(exhaustedText(growth))}.</p>
    ${
      growth.purchases.length === 0
        ? undefined
        : dataTable(
            'Purchases by quarters',
            ['', 'bought', 'in all', 'replicas', 'load'],
            growth.purchases.map(({ month, date, newGpus, gpus, replicas, load }) => [
              monthText(month, date),
              ...[
                plural(newGpus, 'GPU'),
                plural(gpus, 'GPU'),
                String(replicas),
                `x ${threeDigits(load)}`,
              ].map(typeset),
            ]),
          )
    }
    ${steps === undefined ? undefined : html`<p>${typeset(steps)}.</p>`}
  </section>`;
}
