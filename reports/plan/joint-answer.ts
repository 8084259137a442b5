import type { JointPlan, JointPlanLimit } from '../../documents/joint-plan.ts';
import type { Plan } from '../../documents/plan.ts';
import { listed, plural, threeDigits } from '../format.ts';
import { poolsText, priceText } from './plan-words.ts';

type Model = JointPlan['models'][number];

/** The answer of a plan for several models in a sentence, and what to try next. */
export function jointAnswerOf(plan: JointPlan): JointPlan['answer'] {
  const { feasible, proved, total, models, limits } = plan;
  if (feasible && total !== undefined) {
    const fleets = models.flatMap(({ name, plan: one }) =>
      one?.best === undefined ? [] : [`${poolsText(one.best.pools)} for ${name}`],
    );
    const price = priceText(total);
    const dearer = models.filter(isDearer).map(({ name }) => name);
    return {
      sentence: `${listed(fleets)} are the cheapest fleets ${proved ? '' : 'found '}that keep all promises within what they share: ${price === '' ? '' : `${price}, `}${plural(total.gpus, 'GPU')}${dearer.length === 0 ? '; each is also the cheapest on its own' : `; ${listed(dearer)} would cost less alone, but ${limits.filter(isBinding).map(takenText).join('; ')}`}.`,
    };
  }
  const lost = models.filter(({ alone }) => alone === undefined);
  if (lost.length > 0) {
    return {
      sentence:
        `No fleets keep all promises: for ${listed(lost.map(({ name }) => name))} none does, whatever the others take. ${lost.map(({ plan: one }) => one?.answer.sentence ?? '').join(' ')}`.trim(),
      next: 'allow more GPUs (max_gpus, stock) or more power, other hardware or tensor_parallel_size, or promise less',
    };
  }
  const short = limits.filter((limit) => limit.short);
  return {
    sentence: `No fleets ${proved ? '' : 'were found that '}keep all promises within what they share: ${short.map(takenText).join('; ')}.`,
    next: `allow more ${short.map(limitName).join(' or ')}, other hardware, or promise less`,
  };
}

/** The answer of one model's plan: said of what the others leave, where that is why it is dearer than alone. */
export function modelAnswerOf(model: Model): Plan['answer'] | undefined {
  const answer = model.plan?.answer;
  return answer !== undefined && isDearer(model)
    ? { ...answer, sentence: `Beside the other models, ${answer.sentence}` }
    : answer;
}

/** Whether a model would cost less, or take fewer GPUs, if the others took nothing. */
export function isDearer({ alone, plan }: Model): boolean {
  const best = plan?.best;
  if (alone === undefined || best === undefined) return false;
  const [more, least] =
    best.usdPerHour === undefined ? [best.gpus, alone.gpus] : [best.usdPerHour, alone.usdPerHour ?? 0];
  return more > least * (1 + 1e-9);
}

/** `power`, `h100-sxm-80gb`, `GPUs in all`. */
export function limitName({ of, hardware }: JointPlanLimit): string {
  switch (of) {
    case 'power':
      return 'power';
    case 'stock':
      return hardware ?? '';
    case 'max_gpus':
      return 'GPUs in all';
  }
}

/** `12`, or for power `8.40 kW`. */
export function amountText({ unit }: Pick<JointPlanLimit, 'unit'>, value: number): string {
  return unit === 'W' ? `${threeDigits(value / 1000)} kW` : String(value);
}

/** Whether the cheapest fleets of all models would take more of it than there is. */
function isBinding({ usedAlone, most }: JointPlanLimit): boolean {
  return (usedAlone ?? 0) > most * (1 + 1e-9);
}

function takenText(limit: JointPlanLimit): string {
  const { of, hardware, usedAlone, most } = limit;
  const [taken, had] = [amountText(limit, usedAlone ?? 0), amountText(limit, most)];
  if (!isBinding(limit))
    return `dearer ones would ${of === 'power' ? 'draw' : 'take'} more than ${had}${of === 'power' ? '' : ` ${hardware ?? 'GPUs'}`}`;
  switch (of) {
    case 'power':
      return `the cheapest ones would draw ${taken}, and the power limit is ${had}`;
    case 'stock':
      return `the cheapest ones would take ${taken} ${hardware ?? ''}, and the stock is ${had}`;
    case 'max_gpus':
      return `the cheapest ones would take ${plural(usedAlone ?? 0, 'GPU')}, and max_gpus is ${had}`;
  }
}
