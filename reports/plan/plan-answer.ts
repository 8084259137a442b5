import type { Plan } from '../../documents/plan.ts';
import { formatShare } from '../format.ts';
import { fleetText, priceText } from './plan-words.ts';

/** The answer of a plan in a sentence, and what to try next. */
export function planAnswerOf(plan: Plan): Plan['answer'] {
  const { best, nearestMiss, requirement, headroom, sensitivities } = plan;
  const promise =
    requirement.attainment === undefined
      ? 'keeps its thresholds'
      : `meets the SLO for ${formatShare(requirement.attainment)}`;
  if (best === undefined) {
    const near =
      nearestMiss === undefined ? '' : ` Nearest: ${fleetText(nearestMiss)}: ${nearestMiss.violated}.`;
    return {
      sentence: `${isOpen(plan) ? 'No fleet was found that may be bought and' : 'No fleet that may be bought'} ${promise} at ${rate(requirement.requestsPerSecond)}.${near}`,
      next: 'allow more GPUs (max_gpus, stock), other hardware or tensor_parallel_size, or promise less',
    };
  }
  const price = priceText(best);
  const reach =
    headroom === undefined || headroom.meetsAt <= requirement.load
      ? ''
      : `; it carries up to ${rate(headroom.meetsAtRequestsPerSecond)}${headroom.breaksAt === undefined ? ' and was not tried beyond' : ''}`;
  const countsGpus =
    plan.objective === 'gpus' && somePriced(plan)
      ? '; the plan counts GPUs, as not every kind of hardware has a price'
      : '';
  const loose = sensitivities.find(({ what, flipsAt, now }) => what.startsWith('SLO') && flipsAt > now);
  return {
    sentence: `${fleetText(best)} is ${superlativeOf(plan)} that ${promise} at ${rate(requirement.requestsPerSecond)}${price === '' ? '' : `: ${price}`}${reach}${countsGpus}.`,
    ...(loose !== undefined && { next: loose.text }),
  };
}

/** What the answer is among all fleets; "found" where the search did not rule out all others. */
function superlativeOf(plan: Plan): string {
  return `the ${plan.objective === 'gpus' ? 'fleet of fewest GPUs' : 'cheapest fleet'}${isOpen(plan) ? ' found' : ''}`;
}

function isOpen({ labels }: Plan): boolean {
  return labels.some(({ code }) => code === 'mixes-open');
}

function somePriced({ best, candidates }: Plan): boolean {
  return [best, ...candidates].some((fleet) => fleet?.usdPerHour !== undefined);
}

function rate(perSecond: number): string {
  return `${perSecond.toPrecision(3)} requests/s`;
}
