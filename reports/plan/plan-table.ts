import type { Plan, PlanCandidate } from '../../documents/plan.ts';
import { formatCount, formatSeconds, formatShare, plural, seedsText, threeDigits } from '../format.ts';
import { answerLine } from '../answer-line.ts';
import { painter, type Paint } from '../paint.ts';
import { sectionsText, wrap } from '../text-layout.ts';
import { calendarRows, growthRows } from './calendar-rows.ts';
import { fleetFacts } from './fleet-facts.ts';
import { bandsText, poolsText, powerText, priceText, replicationsText } from './plan-words.ts';

const WIDTH = 80;

/** A plan for people, 80 columns wide: the fleet, what it does and survives, why not another, and as the last line the answer. */
export function renderPlanTable(plan: Plan, { color }: { readonly color: boolean }): string {
  const paint = painter(color);
  const sections = [
    heading(plan),
    chosen(plan),
    titled(caption('at other loads'), loads(plan, paint)),
    titled(caption('with something lost'), degraded(plan, paint)),
    calendarRows(plan, paint),
    growthRows(plan),
    titled('what was looked at', ledger(plan.candidates, paint)),
    titled(
      'what would change the answer',
      plan.sensitivities.flatMap(({ text }) => item(text)),
    ),
    envelope(plan),
    remarks(plan),
    [answerLine(plan.answer)],
  ];
  return sectionsText(sections);
}

function heading({ manifest, demand, requirement, effort }: Plan): string[] {
  const peak =
    requirement.peakLoad === 1 ? '' : `, to hold at ${threeDigits(requirement.peakLoad)} times that load`;
  const survive = requirement.survive === 'none' ? '' : `, and without one ${requirement.survive}`;
  return wrap(
    `${manifest.scenario}: ${plural(demand.requests, 'request')}, ${threeDigits(demand.requestsPerSecond)} a second${peak}${survive}; ${plural(effort.runs, 'run')}, ${formatCount(effort.shortened)} of them cut short; ${seedsText(manifest.seeds)}`,
    WIDTH,
  );
}

/** Rows of name and value. */
function chosen(plan: Plan): string[] {
  const fleet = plan.best ?? plan.nearestMiss;
  if (fleet === undefined) return [];
  const { forecast } = fleet;
  const facts = fleetFacts(plan, fleet);
  const rows: readonly (readonly [string, string | undefined])[] = [
    [plan.feasible ? 'cheapest fleet' : 'nearest miss', poolsText(fleet.pools)],
    ['violated', plan.nearestMiss?.violated],
    ['GPUs', formatCount(fleet.gpus)],
    ['policy', fleet.policy],
    ['cost', priceText(fleet) || undefined],
    [
      'USD/M tokens',
      forecast?.cost?.usdPerMillionInputTokens === undefined
        ? undefined
        : `${threeDigits(forecast.cost.usdPerMillionInputTokens)} in, ${threeDigits(forecast.cost.usdPerMillionOutputTokens ?? 0)} out (each bearing all cost)`,
    ],
    ['verdict', facts.verdict],
    ['attainment', facts.attainment],
    ['TTFT P50/P90/P99', facts.ttft],
    ['TPOT P50/P90/P99', facts.tpot],
    ['replications', replicationsText(fleet)],
    ['model error', bandsText(plan)],
    ['prefix hit rate', facts.hitRate],
    ['power', plan.energy && powerText(plan.energy)],
    ['lower bound', facts.lowerBound],
    ...facts.terms,
    ['headroom', facts.headroom],
    ...plan.runnersUp.map(
      (other) =>
        [
          'runner-up',
          `${poolsText(other.pools)} under ${other.policy}, ${priceText(other) || plural(other.gpus, 'GPU')}: ${other.reason}`,
        ] as const,
    ),
  ];
  return rows.flatMap(([name, value]) =>
    value === undefined ? [] : wrap(`${name.padEnd(18)}${value}`, WIDTH, ' '.repeat(18)),
  );
}

function titled(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines];
}

/** A title with the names of the columns below it. */
function caption(title: string): string {
  return `${title.padEnd(28)}${['attainment', 'TTFT P90', 'TPOT P90'].map((name) => name.padStart(12)).join('')}`;
}

function item(text: string): string[] {
  return wrap(`  ${text}`, WIDTH, '    ');
}

function loads({ loads: points }: Plan, paint: Paint): string[] {
  return points.map(({ load, requestsPerSecond, meets, verdict, attainment, ttftP90, tpotP90 }) =>
    line(
      `x ${threeDigits(load)}`,
      `${threeDigits(requestsPerSecond)}/s`,
      { meets, verdict, attainment, ttftP90, tpotP90 },
      paint,
    ),
  );
}

function degraded({ degraded: cases }: Plan, paint: Paint): string[] {
  return cases.flatMap(({ lost, of, replicasLost, ...figures }) =>
    of === undefined
      ? [line(`one ${lost}`, plural(replicasLost, 'replica'), figures, paint)]
      : [`  one ${lost} of ${of}`, line('', plural(replicasLost, 'replica'), figures, paint)],
  );
}

function line(
  name: string,
  what: string,
  figures: {
    readonly meets: boolean;
    readonly verdict?: string | undefined;
    readonly attainment?: number | undefined;
    readonly ttftP90?: number | undefined;
    readonly tpotP90?: number | undefined;
  },
  paint: Paint,
): string {
  const { meets, verdict, attainment, ttftP90, tpotP90 } = figures;
  const cells = [
    attainment === undefined ? (verdict === undefined ? 'cut short' : '-') : formatShare(attainment),
    ttftP90 === undefined ? '-' : formatSeconds(ttftP90),
    tpotP90 === undefined ? '-' : formatSeconds(tpotP90),
  ];
  const word = meets ? paint('meets', 'good') : paint(verdict === 'unstable' ? 'unstable' : 'misses', 'bad');
  return `  ${name.padEnd(13)}${what.padEnd(13)}${cells.map((cell) => cell.padStart(12)).join('')}  ${word}`;
}

/** Columns that prices take in the ledger. */
const LEDGER_MARGIN = 11;

/** The fleets that were looked at, cheapest first; each with its reason. */
function ledger(candidates: readonly PlanCandidate[], paint: Paint): string[] {
  const price = ({ usdPerHour, gpus }: PlanCandidate): number => usdPerHour ?? gpus;
  return candidates
    .toSorted((a, b) => price(a) - price(b))
    .flatMap((candidate) => {
      const { outcome, reason, usdPerHour, gpus, policy } = candidate;
      const cost = usdPerHour === undefined ? plural(gpus, 'GPU') : `$${usdPerHour.toFixed(2)}`;
      const load =
        candidate.load === undefined || candidate.load === 1 ? '' : ` at x ${threeDigits(candidate.load)}`;
      const text = wrap(
        `${poolsText(candidate.pools)}, ${policy}${load}: ${reason.startsWith(`${outcome}:`) ? reason : `${outcome}; ${reason}`}`,
        WIDTH - LEDGER_MARGIN,
      ).map((part, k) => `${(k === 0 ? cost : '').padStart(LEDGER_MARGIN - 2)}  ${part}`);
      return outcome === 'meets' ? text.map((one) => paint(one, 'good')) : text;
    });
}

function envelope({ backOfEnvelope: sum, scaling }: Plan): string[] {
  return [
    ...(sum === undefined
      ? []
      : wrap(
          `back of the envelope: ${threeDigits(sum.replicas)} replicas by memory bandwidth; ${threeDigits(sum.withStepTimes)} with measured steps; ${threeDigits(sum.withPrefill)} with prompts; ${threeDigits(sum.withLostHits)} with lost prefix hits; simulated ${sum.simulated}. What broke: ${sum.broke}`,
          WIDTH,
          '  ',
        )),
    ...(scaling === undefined ? [] : wrap(scaling.text, WIDTH, '  ')),
  ];
}

function remarks({ labels }: Plan): string[] {
  const texts = new Set(labels.map(({ code, text }) => `${code}: ${text}`));
  return [...texts].flatMap((text) => wrap(`! ${text}`, WIDTH, '  '));
}
