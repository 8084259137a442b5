import { invariant } from '../base/invariant.ts';

/** A fleet of one model: its price, and how much it takes of each thing that is limited. */
export interface JointOption {
  readonly price: number;
  readonly uses: readonly number[];
}

export interface JointSearch<Option extends JointOption> {
  readonly models: number;
  /** How much of each limited thing all models may take together. */
  readonly limits: readonly number[];
  /** The cheapest fleet of a model that takes no more than this; undefined when there is none. Tighter limits make none cheaper. */
  readonly cheapest: (model: number, limits: readonly number[]) => Promise<Option | undefined>;
  /** Joint fleets that are looked at in order of their price. */
  readonly patience: number;
}

export interface JointChoice<Option extends JointOption> {
  /** One fleet per model; undefined when none were found that keep the limits together. */
  readonly chosen: readonly Option[] | undefined;
  /** Whether no cheaper ones keep the limits; without a choice, whether none at all do. */
  readonly proved: boolean;
  /** The cheapest fleet of each model, as if the others took nothing. */
  readonly alone: readonly (Option | undefined)[];
  /** Positions of the limits that no joint fleet keeps: those of which one more than it has would do, else all that are short. */
  readonly short: readonly number[];
}

/** A part of the search: what each model may take, and its cheapest fleet within that. */
interface Node<Option> {
  readonly limits: readonly (readonly number[])[];
  readonly options: readonly Option[];
}

/**
 * The cheapest fleets of several models that keep their limits together. A branch and bound: the cheapest fleets of all
 * models, each within limits of its own, cost no more than any joint fleet within them. Where they take too much of
 * something together, in every joint fleet one of the models takes less of it than it does now: one branch for each. The
 * cheapest branch goes first, so the first one that keeps the limits is the answer. When patience ends, the branch that
 * breaks the limits least goes first, for as long again.
 */
export async function jointSearch<Option extends JointOption>(
  input: JointSearch<Option>,
): Promise<JointChoice<Option>> {
  const { models, limits } = input;
  const within = remembering(input);
  const whole = Array.from({ length: models }, () => limits);
  const alone: (Option | undefined)[] = [];
  for (let model = 0; model < models; model++) alone.push(await within(model, limits));
  const options = alone.filter((option) => option !== undefined);
  if (options.length < models) return { chosen: undefined, proved: true, alone, short: [] };
  const root = { limits: whole, options };
  const { chosen, proved } = await branch(root, limits, within, input.patience);
  if (chosen !== undefined) return { chosen, proved, alone, short: [] };
  const over = limits.flatMap((_, k) => (excess(options, limits, k) > 0 ? [k] : []));
  const decisive: number[] = [];
  for (const k of limits.keys()) {
    const without = await branch(root, limits.with(k, Infinity), within, input.patience);
    if (without.chosen !== undefined) decisive.push(k);
  }
  return { chosen, proved, alone, short: decisive.length > 0 ? decisive : over };
}

type Within<Option> = (model: number, limits: readonly number[]) => Promise<Option | undefined>;

async function branch<Option extends JointOption>(
  root: Node<Option>,
  limits: readonly number[],
  within: Within<Option>,
  patience: number,
): Promise<Pick<JointChoice<Option>, 'chosen' | 'proved'>> {
  const open = [root];
  const seen = new Set<string>();
  for (let count = 0; open.length > 0; count++) {
    if (count >= 2 * patience) return { chosen: undefined, proved: false };
    const rank = (node: Node<Option>): number => (count < patience ? priceOf(node) : overrun(node, limits));
    const first = open.reduce((best, node, at) => (rank(node) < rank(open[best] ?? node) ? at : best), 0);
    const [node] = open.splice(first, 1);
    if (node === undefined) break;
    const worst = worstLimit(node, limits);
    if (worst === undefined) return { chosen: node.options, proved: count < patience };
    for (const [model, option] of node.options.entries()) {
      const uses = option.uses[worst] ?? 0;
      if (uses <= 0) continue;
      const own = (node.limits[model] ?? []).with(worst, uses * (1 - LESS));
      const tighter = node.limits.with(model, own);
      const key = JSON.stringify(tighter);
      if (seen.has(key)) continue;
      seen.add(key);
      const next = await within(model, own);
      if (next !== undefined) open.push({ limits: tighter, options: node.options.with(model, next) });
    }
  }
  return { chosen: undefined, proved: true };
}

/** By which share of itself less is less: far above what sums round away, and far below one GPU of thousands. */
const LESS = 1e-6;

/** Relative difference below which two sums are the same. */
const SAME = 1e-9;

/** Searches once what looser limits have not answered already. */
function remembering<Option extends JointOption>({ models, cheapest }: JointSearch<Option>): Within<Option> {
  const known = Array.from({ length: models }, (): { limits: readonly number[]; option?: Option }[] => []);
  return async (model, limits) => {
    const of = known[model] ?? [];
    const same = of.find(
      (one) =>
        limits.every((limit, k) => limit <= (one.limits[k] ?? Infinity)) &&
        (one.option === undefined || fits(one.option, limits)),
    );
    if (same !== undefined) return same.option;
    const option = await cheapest(model, limits);
    invariant(option === undefined || fits(option, limits), 'a fleet keeps the limits that it was given', {
      limits,
      uses: option?.uses,
    });
    of.push({ limits, ...(option !== undefined && { option }) });
    return option;
  };
}

function fits({ uses }: JointOption, limits: readonly number[]): boolean {
  return limits.every((limit, k) => (uses[k] ?? 0) <= limit * (1 + SAME));
}

/** The limit that is broken most, relatively; undefined when all are kept. */
function worstLimit<Option extends JointOption>(
  { options }: Node<Option>,
  limits: readonly number[],
): number | undefined {
  const over = limits.map((_, k) => excess(options, limits, k));
  const most = Math.max(0, ...over);
  return most > 0 ? over.indexOf(most) : undefined;
}

/** By which share of a limit fleets take more of it together; 0 when they do not. */
function excess(options: readonly JointOption[], limits: readonly number[], k: number): number {
  const limit = limits[k] ?? Infinity;
  const used = options.reduce((sum, { uses }) => sum + (uses[k] ?? 0), 0);
  return used <= limit * (1 + SAME) ? 0 : (used - limit) / Math.max(1, limit);
}

function overrun<Option extends JointOption>({ options }: Node<Option>, limits: readonly number[]): number {
  return limits.reduce((sum, _, k) => sum + excess(options, limits, k), 0);
}

function priceOf<Option extends JointOption>({ options }: Node<Option>): number {
  return options.reduce((sum, { price }) => sum + price, 0);
}
