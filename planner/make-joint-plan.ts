import type { JointPlan } from '../documents/joint-plan.ts';
import { chooseFleet, fleetSpaceOf, type ChosenFleet } from './choose-fleet.ts';
import { fleetOf, HOURS_PER_MONTH } from './fleet-of.ts';
import { jointLabels } from './joint-labels.ts';
import { jointSearch, type JointOption } from './joint-search.ts';
import { Ledger } from './ledger.ts';
import { planOf, type PlanFigures } from './make-plan.ts';
import type { PlanToMake } from './plan-to-make.ts';
import { sharedLimitsOf, usesOf, withinLimits } from './shared-limits.ts';

type JointFigures = Omit<JointPlan, 'apiVersion' | 'kind' | 'manifest' | 'answer' | 'models'> & {
  /** One per input. */
  readonly models: readonly {
    readonly alone: JointPlan['models'][number]['alone'];
    readonly plan: PlanFigures | undefined;
  }[];
};

/** A fleet of one model, and the search that found it. */
interface FoundOption extends JointOption {
  readonly input: PlanToMake;
  readonly chosen: ChosenFleet;
}

/** Joint fleets that are looked at in order of their price. A choice, for speed: a few are enough but where limits are tight. */
const PATIENCE = 200;

/**
 * The cheapest fleets of several models that keep all their promises within what they share: `max_gpus`, the stock and the
 * power limit of the first one's plan. Each fleet is found by the search that plans for one model.
 */
export async function makeJointPlan(asked: readonly PlanToMake[]): Promise<JointFigures> {
  const priced = asked.every(({ space }) => space.priced);
  const inputs = asked.map((input) => ({ ...input, space: { ...input.space, priced } }));
  const limits = inputs[0] === undefined ? [] : sharedLimitsOf(inputs[0].space.plan);
  // Other limits ask for the same runs again: each is played once.
  const ledgers = inputs.map(({ play }) => new Ledger(play));
  const spaces = inputs.map(fleetSpaceOf);
  const searches: { readonly model: number; readonly option: FoundOption }[] = [];
  const search = async (model: number, most: readonly number[]): Promise<FoundOption | undefined> => {
    const [whole, all, fleets] = [inputs[model], ledgers[model], spaces[model]];
    if (whole === undefined || all === undefined || fleets === undefined) return undefined;
    const input = { ...whole, space: withinLimits(whole.space, limits, most) };
    const { shapes } = input.space;
    const chosen = await chooseFleet(input, { ...fleets, shapes }, new Ledger((runs) => all.all(runs)));
    const { usdPerHour, gpus } = chosen.run === undefined ? { gpus: 0 } : fleetOf(shapes, chosen.run);
    const option = {
      price: priced ? (usdPerHour ?? Infinity) : gpus,
      uses: chosen.run === undefined ? [] : usesOf(input.space, chosen.run, limits),
      input,
      chosen,
    };
    searches.push({ model, option });
    return chosen.run && option;
  };
  const { chosen, alone, short, ...joint } = await jointSearch({
    models: inputs.length,
    limits: limits.map(({ most }) => most),
    cheapest: search,
    patience: PATIENCE,
  });
  const proved =
    joint.proved &&
    searches.every(
      ({ option }) => option.chosen.mixed === undefined || option.chosen.mixed.ruledOut === 'simulated',
    );
  const plans: (PlanFigures | undefined)[] = [];
  for (const model of inputs.keys()) {
    // A model that has no fleet even on its own says how near it comes.
    const lost = alone[model] === undefined ? searches.find((one) => one.model === model)?.option : undefined;
    const option = chosen?.[model] ?? lost;
    plans.push(option && (await planOf(option.input, option.chosen)));
  }
  const used = (options: readonly FoundOption[], k: number): number =>
    options.reduce((sum, { uses }) => sum + (uses[k] ?? 0), 0);
  const single = alone.filter((option) => option !== undefined);
  return {
    feasible: chosen !== undefined,
    objective: priced ? 'usdPerHour' : 'gpus',
    proved,
    ...(chosen !== undefined && { total: totalOf(plans) }),
    limits: limits.map(({ most, ...limit }, k) => ({
      ...limit,
      unit: limit.of === 'power' ? 'W' : 'GPUs',
      most,
      ...(chosen !== undefined && { used: used(chosen, k) }),
      ...(single.length === inputs.length && { usedAlone: used(single, k) }),
      short: short.includes(k),
    })),
    models: plans.map((plan, model) => ({ alone: aloneOf(alone[model]), plan })),
    effort: { searches: searches.length, runs: ledgers.reduce((sum, { lines }) => sum + lines.length, 0) },
    labels: jointLabels(inputs, { chosen: chosen !== undefined, proved }),
  };
}

function aloneOf(option: FoundOption | undefined): JointFigures['models'][number]['alone'] {
  const run = option?.chosen.run;
  return option && run && fleetOf(option.input.space.shapes, run);
}

/** What all fleets are and cost together. */
function totalOf(plans: readonly (PlanFigures | undefined)[]): NonNullable<JointPlan['total']> {
  const sum = (values: readonly (number | undefined)[]): number | undefined =>
    values.reduce((all, value) => (all === undefined || value === undefined ? undefined : all + value), 0);
  const usd = sum(plans.map((plan) => plan?.best?.usdPerHour));
  const watts = sum(plans.map((plan) => plan?.energy?.watts));
  return {
    gpus: plans.reduce((all, plan) => all + (plan?.best?.gpus ?? 0), 0),
    ...(usd !== undefined && { usdPerHour: usd, usdPerMonth: usd * HOURS_PER_MONTH }),
    ...(watts !== undefined && { watts }),
  };
}
