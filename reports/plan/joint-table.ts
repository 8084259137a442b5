import type { JointPlan } from '../../documents/joint-plan.ts';
import { answerLine } from '../answer-line.ts';
import { formatCount, formatShare, plural, seedsText } from '../format.ts';
import { painter, type Paint } from '../paint.ts';
import { sectionsText, wrap } from '../text-layout.ts';
import { amountText, isDearer, limitName } from './joint-answer.ts';
import { poolsText, priceText } from './plan-words.ts';

const WIDTH = 80;

/** Columns of names, fleets and figures: GPUs, USD an hour and a month, attainment. */
const NAME = 18;
const FLEET = 26;
const FIGURES = [6, 9, 9, 11];

/** A plan for several models for people, 80 columns wide: a line per model, what they share, and as the last line the answer. */
export function renderJointTable(plan: JointPlan, { color }: { readonly color: boolean }): string {
  const paint = painter(color);
  return sectionsText([
    heading(plan),
    models(plan, paint),
    limits(plan, paint),
    plan.models.flatMap(each),
    remarks(plan),
    [answerLine(plan.answer)],
  ]);
}

function heading({ models: all, effort, manifest }: JointPlan): string[] {
  return wrap(
    `${all.map(({ name }) => name).join(' + ')}: ${plural(all.length, 'model')} that share what may be bought; ${formatCount(effort.searches)} of their fleets searched for, ${plural(effort.runs, 'run')}; ${seedsText(manifest.seeds)}`,
    WIDTH,
  );
}

function models({ models: all, total, feasible }: JointPlan, paint: Paint): string[] {
  const rows = all.flatMap(({ name, alone, plan }) => {
    const fleet = feasible ? plan?.best : alone;
    const attainment = feasible ? plan?.best?.forecast?.goodput?.attainment : undefined;
    return row(name, fleet === undefined ? 'none' : poolsText(fleet.pools), [
      fleet === undefined ? '-' : String(fleet.gpus),
      ...prices(fleet?.usdPerHour),
      attainment === undefined ? '-' : formatShare(attainment),
    ]);
  });
  return [
    ...row('model', feasible ? 'cheapest fleet' : 'cheapest fleet alone', [
      'GPUs',
      'USD/hour',
      'a month',
      'attainment',
    ]),
    ...rows,
    ...(total === undefined
      ? []
      : row('total', '', [String(total.gpus), ...prices(total.usdPerHour), '']).map((line) =>
          paint(line.trimEnd(), 'good'),
        )),
  ];
}

function prices(usdPerHour: number | undefined): [string, string] {
  return usdPerHour === undefined
    ? ['-', '-']
    : [usdPerHour.toFixed(2), formatCount(Math.round(usdPerHour * HOURS_PER_MONTH))];
}

/** Hours of a month in prices, as everywhere in plans: 365 x 24 / 12. */
const HOURS_PER_MONTH = 730;

/** Name and fleet, broken where they are long; the figures stand on the first line. */
function row(name: string, fleet: string, figures: readonly string[]): string[] {
  const [names, fleets] = [wrap(name, NAME - 1), wrap(fleet, FLEET - 1)];
  const cells = figures.map((text, k) => text.padStart(FIGURES[k] ?? 0)).join('');
  return Array.from({ length: Math.max(names.length, fleets.length) }, (_, k) =>
    `${(names[k] ?? '').padEnd(NAME)}${(fleets[k] ?? '').padEnd(FLEET)}${k === 0 ? cells : ''}`.trimEnd(),
  );
}

function limits({ limits: all }: JointPlan, paint: Paint): string[] {
  const cell = (text: string): string => text.padStart(14);
  return [
    `${'shared'.padEnd(32)}${['most', 'taken', 'each alone'].map(cell).join('')}`,
    ...all.map((limit) => {
      const { most, used, usedAlone, of } = limit;
      const amounts = [most, used, usedAlone].map((value) =>
        cell(value === undefined ? '-' : amountText(limit, value)),
      );
      const text = `  ${`${limitName(limit)}${of === 'stock' ? ' in stock' : ''}`.padEnd(30)}${amounts.join('')}`;
      return limit.short ? paint(text, 'bad') : text;
    }),
  ];
}

/** What its own plan says, and what the others make dearer. */
function each(model: JointPlan['models'][number]): string[] {
  const { name, alone, plan } = model;
  const own =
    alone &&
    `${poolsText(alone.pools)} under ${alone.policy}, ${priceText(alone) || plural(alone.gpus, 'GPU')}`;
  return [
    ...wrap(
      `${name}: ${plan?.answer.sentence ?? `has a fleet of its own, ${own ?? ''}, but not beside the others.`}`,
      WIDTH,
      '  ',
    ),
    ...(isDearer(model) ? wrap(`${name} alone: ${own ?? ''}`, WIDTH, '  ') : []),
  ];
}

function remarks({ labels, models: all }: JointPlan): string[] {
  const every = [...labels, ...all.flatMap(({ plan }) => plan?.labels ?? [])];
  const texts = new Set(every.map(({ code, text }) => `${code}: ${text}`));
  return [...texts].flatMap((text) => wrap(`! ${text}`, WIDTH, '  '));
}
