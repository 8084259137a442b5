import { didYouMean } from '../base/nearest.ts';
import { throwProblems, UserError, type Problem } from '../base/user-error.ts';
import { parseThreshold } from '../documents/threshold.ts';
import { loadGpu } from '../hardware-profiles/gpu-profile.ts';
import { loadScenario, type LoadedScenario } from '../scenarios/load/load-scenario.ts';
import type { Override } from '../scenarios/load/override.ts';
import { formatPath } from '../scenarios/load/scenario-path.ts';
import { resolveScenario } from '../scenarios/resolve/resolve-scenario.ts';
import type { ScenarioResources } from '../scenarios/resources.ts';
import { planSchema, type PlanSpec } from '../scenarios/schema/plan-schema.ts';
import type { PoolSpec } from '../scenarios/schema/pool-schema.ts';
import { withinPower } from './power-limit.ts';
import { buyingOf, type Misfit, type Shape } from './shape.ts';

/** What may be bought. */
export interface PlanSpace {
  readonly plan: PlanSpec;
  readonly shapes: readonly Shape[];
  readonly misfits: readonly Misfit[];
  /** Whether every shape has a price: else the plan counts GPUs. */
  readonly priced: boolean;
  /** Prices of the chosen term. */
  readonly prices: Prices;
}

type Prices = LoadedScenario['scenario']['spec']['prices'];

interface Source {
  readonly file: string;
  readonly text: string;
}

/**
 * The kinds of model servers that a plan may buy: its hardware x tensor_parallel_size on the scenario's first pool, or the
 * scenario's pools as they are. Each is resolved, and so it is known which do not fit. Throws UserError for a plan that
 * contradicts its scenario.
 */
export function planSpace(
  source: Source,
  sets: readonly string[],
  loaded: LoadedScenario,
  resources: ScenarioResources,
): PlanSpace {
  const { spec } = loaded.scenario;
  const plan = spec.plan ?? planSchema.parse({});
  throwProblems(contradictions(loaded));
  const prices = termPrices(loaded, plan);
  const fits: Shape[] = [];
  const misfits: Misfit[] = [];
  for (const pool of poolsOf(spec.fleet.pools, plan)) {
    const made = shapeOf(pool, plan, { source, sets, prices, resources });
    if ('reason' in made) misfits.push(made);
    else fits.push(made);
  }
  const shapes = fits.filter(({ buying }) => buying.mostUnits > 0);
  return {
    plan,
    shapes,
    misfits: [
      ...misfits,
      ...fits
        .filter(({ buying }) => buying.mostUnits === 0)
        .map(({ name, pool, buying }) => ({
          name,
          pool,
          reason: buying.limitedBy ?? `one takes ${buying.gpusPerUnit} GPUs, more than there are`,
        })),
    ],
    priced: shapes.length > 0 && shapes.every(({ buying }) => buying.usdPerGpuHour !== undefined),
    prices,
  };
}

/** The pools of one replica that stand for the kinds. */
function poolsOf(pools: readonly PoolSpec[], plan: PlanSpec): PoolSpec[] {
  const [first] = pools;
  if (first === undefined) return [];
  if (plan.hardware === undefined) {
    return pools.flatMap((pool) =>
      (plan.tensor_parallel_size ?? [pool.tensor_parallel_size]).map((size) => ({
        ...pool,
        name: (plan.tensor_parallel_size ?? []).length > 1 ? `${pool.name}-tp${size}` : pool.name,
        replicas: 1,
        tensor_parallel_size: size,
      })),
    );
  }
  const sizes = plan.tensor_parallel_size ?? [...new Set(pools.map((pool) => pool.tensor_parallel_size))];
  return plan.hardware.flatMap((hardware) =>
    sizes.map((size) => ({
      ...first,
      name: sizes.length > 1 ? `${hardware}-tp${size}` : hardware,
      hardware,
      replicas: 1,
      tensor_parallel_size: size,
    })),
  );
}

interface ShapeContext {
  readonly source: Source;
  readonly sets: readonly string[];
  readonly prices: Prices;
  readonly resources: ScenarioResources;
}

function shapeOf(
  pool: PoolSpec,
  plan: PlanSpec,
  { source, sets, prices, resources }: ShapeContext,
): Shape | Misfit {
  const { hardware, step_time: stepTime, tensor_parallel_size: size } = pool;
  const name = `${hardware ?? pool.name}${size === 1 ? '' : ` TP ${size}`}`;
  try {
    const loaded = loadScenario(source, sets, resources, [...poolsOverrides([pool], prices)]);
    const [policy] = resolveScenario(loaded, resources).policies;
    const [input] = policy?.pools ?? [];
    if (input === undefined) return { name, pool, reason: 'it cannot be resolved' };
    const stock = plan.stock?.[hardware ?? ''];
    const shape: Shape = {
      name,
      pool,
      input,
      gpu:
        hardware === undefined || stepTime !== undefined ? undefined : loadGpu(resources.profiles, hardware),
      buying: buyingOf(input.gpusPerReplica, {
        nodeGpus: plan.node_gpus,
        mostGpus: Math.min(plan.max_gpus, stock ?? Infinity),
        usdPerGpuHour: input.usdPerGpuHour,
      }),
    };
    return { ...shape, buying: withinPower(shape, plan.power) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const [first] = error.problems;
    if (!['E_DOES_NOT_FIT', 'E_UNSUPPORTED'].includes(first.code)) throw error;
    return { name, pool, reason: reasonOf(first) };
  }
}

/** Puts other pools in the place of the scenario's, leaves only their prices, and nothing of what may be bought. */
export function poolsOverrides(pools: readonly PoolSpec[], prices: Prices): Override[] {
  const own = Object.entries(prices ?? {}).filter(([name]) =>
    pools.some(({ hardware }) => hardware === name),
  );
  return [
    { path: ['spec', 'fleet', 'pools'], value: pools, origin: 'plan' },
    { path: ['spec', 'prices'], value: Object.fromEntries(own), origin: 'plan' },
    { path: ['spec', 'plan'], value: {}, origin: 'plan' },
  ];
}

/** What the problem says, without the place of the scenario that it stands at. */
function reasonOf({ message }: Problem): string {
  return message.replace(/^spec\.\S+ (is wrong: )?/, '');
}

function termPrices({ scenario, locate }: LoadedScenario, plan: PlanSpec): Prices {
  const { term } = plan;
  if (term === undefined) return scenario.spec.prices;
  const path = ['spec', 'plan', 'term'];
  const priced = Object.entries(scenario.spec.prices ?? {});
  const problems = priced.flatMap(([name, price]) =>
    price.terms?.[term] === undefined && (plan.hardware ?? [name]).includes(name)
      ? {
          code: 'E_PLAN',
          message: `spec.plan.term: ${name} has no price ${term}`,
          at: locate(path),
          hint: `add spec.prices.${name}.terms.${term}`,
        }
      : [],
  );
  throwProblems(problems);
  return Object.fromEntries(
    priced.map(([name, price]) => [
      name,
      { ...price, usd_per_gpu_hour: price.terms?.[term] ?? price.usd_per_gpu_hour },
    ]),
  );
}

function contradictions({ scenario, locate }: LoadedScenario): Problem[] {
  const { spec } = scenario;
  const problem = (path: readonly (string | number)[], message: string, hint: string): Problem => ({
    code: 'E_PLAN',
    message: `${formatPath(path)} ${message}`,
    at: locate(path),
    hint,
  });
  return [
    ...(spec.slo === undefined && spec.thresholds === undefined
      ? [
          problem(
            ['spec'],
            'promises nothing that a fleet could keep',
            'add an SLO, for instance `slo: { ttft: 2s, tpot: 50ms, attainment: 0.9 }`',
          ),
        ]
      : []),
    ...Object.entries(spec.thresholds ?? {}).flatMap(([subject, expressions]) =>
      expressions.flatMap((expression, index) => {
        const threshold = parseThreshold(subject, expression);
        return 'message' in threshold || 'value' in threshold.limit
          ? []
          : [
              problem(
                ['spec', 'thresholds', subject, index],
                'is relative to a baseline, and a plan has none: every fleet would be held against itself',
                'give the limit as a value, for instance "p(90) <= 2s"; `fleetcast gate` compares with a baseline',
              ),
            ];
      }),
    ),
    ...spec.policies.flatMap(({ set }, index) =>
      set === undefined
        ? []
        : [
            problem(
              ['spec', 'policies', index, 'set'],
              'cannot be planned with',
              'the plan chooses the fleet; leave set out',
            ),
          ],
    ),
    ...(spec.plan?.hardware !== undefined && spec.fleet.pools[0]?.step_time !== undefined
      ? [
          problem(
            ['spec', 'plan', 'hardware'],
            'says nothing where a pool has a step_time',
            'give one pool per kind, and leave plan.hardware out',
          ),
        ]
      : []),
    ...(spec.plan?.hardware !== undefined && isPinned(spec.fleet.pools[0])
      ? [
          problem(
            ['spec', 'fleet', 'pools', 0, 'engine'],
            'pins its KV blocks, which hold for one kind of hardware only',
            'leave num_gpu_blocks and kv_cache_tokens out, or leave plan.hardware out',
          ),
        ]
      : []),
    ...Object.keys(spec.plan?.stock ?? {}).flatMap((name) => {
      const known = [
        ...new Set(spec.plan?.hardware ?? spec.fleet.pools.flatMap(({ hardware }) => hardware ?? [])),
      ];
      // What has a price is known, and may have been left out of this plan.
      return known.includes(name) || spec.prices?.[name] !== undefined
        ? []
        : [
            problem(
              ['spec', 'plan', 'stock', name],
              'is no hardware that this plan may buy',
              `${didYouMean(name, known) ?? ''} hardware: ${known.join(', ')}`.trim(),
            ),
          ];
    }),
    ...(spec.plan?.power?.limit !== undefined &&
    spec.fleet.pools.some(
      ({ hardware, step_time: stepTime }) => hardware === undefined || stepTime !== undefined,
    )
      ? [
          problem(
            ['spec', 'plan', 'power', 'limit'],
            'cannot be held by pools whose step_time is given: nobody knows what they draw',
            'leave the limit out, or give pools hardware in place of step_time',
          ),
        ]
      : []),
    ...((spec.events ?? []).length > 0
      ? [problem(['spec', 'events'], 'cannot be planned with', 'say what to survive: plan.survive')]
      : []),
  ];
}

function isPinned(pool: PoolSpec | undefined): boolean {
  const {
    num_gpu_blocks: blocks,
    num_gpu_blocks_override: override,
    kv_cache_tokens: tokens,
  } = pool?.engine ?? {};
  return (blocks ?? override ?? tokens) !== undefined;
}
