import type { Plan } from '../../documents/plan.ts';
import { formatSeconds, formatShare, plural, threeDigits } from '../format.ts';
import type { Paint } from '../paint.ts';
import { wrap } from '../text-layout.ts';
import { cheapestOf, exhaustedText, monthText, optionName, optionText, stepsText } from './calendar-words.ts';

const WIDTH = 80;

/** The month of a plan with a calendar: its periods, then the ways to pay for it. Empty without one. */
export function calendarRows({ calendar }: Plan, paint: Paint): string[] {
  if (calendar === undefined) return [];
  const cheapest = cheapestOf(calendar);
  return [
    'over a month',
    `  ${'hours'.padStart(5)}${['requests/s', 'replicas', 'attainment', 'TTFT P90', 'TPOT P90'].map((name) => name.padStart(12)).join('')}`,
    ...calendar.periods.flatMap((period) => {
      const { hoursPerMonth, requestsPerSecond, replicas, attainment, ttftP90, tpotP90, meets } = period;
      const cells = [
        threeDigits(requestsPerSecond),
        String(replicas),
        attainment === undefined ? '-' : formatShare(attainment),
        ttftP90 === undefined ? '-' : formatSeconds(ttftP90),
        tpotP90 === undefined ? '-' : formatSeconds(tpotP90),
      ];
      const word = meets ? paint('meets', 'good') : paint('misses', 'bad');
      return [
        `  ${String(Math.round(hoursPerMonth)).padStart(5)}${cells.map((cell) => cell.padStart(12)).join('')}  ${word}`,
        ...indented(`${period.name}${period.fewer === undefined ? '' : `; with fewer: ${period.fewer}`}`, 8),
      ];
    }),
    ...calendar.options.flatMap((option) => {
      const text = indented(`${optionName(option)}: ${optionText(option)}`);
      return option === cheapest ? text.map((one) => paint(one, 'good')) : text;
    }),
    ...(cheapest === undefined ? [] : indented(`cheapest: ${optionName(cheapest)}`)),
  ];
}

/** What a growing load asks for. Empty without growth. */
export function growthRows({ growth }: Plan): string[] {
  if (growth === undefined) return [];
  const steps = stepsText(growth);
  return [
    'growth',
    ...indented(exhaustedText(growth)),
    ...growth.purchases.map(({ month, date, newGpus, gpus, replicas, load }) =>
      `  ${monthText(month, date).padEnd(20)}${`buy ${plural(newGpus, 'GPU')}`.padEnd(14)}${`${plural(gpus, 'GPU')} in all, ${plural(replicas, 'replica')}`.padEnd(30)}x ${threeDigits(load)}`.trimEnd(),
    ),
    ...(steps === undefined ? [] : indented(steps)),
  ];
}

/** Lines below a title, those after the first further in. */
function indented(text: string, by = 2): string[] {
  return wrap(text, WIDTH - by, '  ').map((line) => `${' '.repeat(by)}${line}`);
}
