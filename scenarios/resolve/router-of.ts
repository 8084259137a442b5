import { UserError, type Problem } from '../../base/user-error.ts';
import type { ValuePath } from '../../base/yaml-text.ts';
import type { ProfileText } from '../../hardware-profiles/profile-source.ts';
import {
  loadConfig,
  metricsScrape,
  obstaclesTo,
  unverifiedPlugins,
  type LoadedConfig,
} from '../../scheduler/index.ts';
import { orderProducers } from '../../scheduler/cycle/order-producers.ts';
import { PLAIN_POLICIES } from '../../scheduler/policies/plain-policies.ts';
import type { RouterInput } from '../../sim/fleet/run-input.ts';
import type { GatewaySpec, PolicySpec } from '../schema/policy-schema.ts';
import type { Scenario } from '../schema/scenario-schema.ts';
import type { ScenarioResources } from '../resources.ts';
import { BUILTIN_POLICIES } from '../builtin-policies.ts';
import { blindSpots } from './blind-spots.ts';
import { fillGateway, gatewayOf, type ResolvedGatewaySpec } from './gateway-of.ts';
import type { Notes } from './notes.ts';
import { withPredictions } from './predicted-latency.ts';

/** A policy's router as the fleet runs it, with the keys of the policy that say so. */
export interface ResolvedRouter {
  readonly input: RouterInput;
  readonly spec: Pick<PolicySpec, 'router' | 'gateway' | 'tie_break'>;
  /** The EndpointPickerConfig; empty for other routers. */
  readonly text: string;
}

interface RouterContext {
  readonly scenario: Scenario;
  /** From which relative names count. */
  readonly file: string;
  readonly resources: ScenarioResources;
  /** Whether the step time of a pool is given outright: then delays are 0 unless given. */
  readonly isBlackBox: boolean;
  readonly notes: Notes;
}

/** The router of a policy, with every default. */
export function routerOf(policy: PolicySpec, context: RouterContext): ResolvedRouter {
  const make = BUILTIN_POLICIES.get(policy.router.builtin ?? '');
  if (make === undefined) return endpointPicker(policy, context);
  // Round-robin and its like cost nothing unless the scenario says so; other systems' routers are real gateways.
  const isPlain = (policy.router.builtin ?? '') in PLAIN_POLICIES;
  const gateway = fillGateway(policy.gateway, isPlain || context.isBlackBox);
  const path = pathOf(policy, context);
  withPredictions(gateway, undefined, false, path, context.notes);
  if (policy.tie_break !== undefined) {
    context.notes.problem(
      'E_VALUE',
      [...path, 'tie_break'],
      "has no effect on this router: it is no endpoint picker of llm-d's and breaks ties by its own rule",
      'take the key out',
    );
  }
  return {
    input: { kind: 'policy', make, gateway: gatewayOf(gateway, bytesPerToken(context)) },
    spec: { router: policy.router, gateway: shownGateway(gateway, policy, context) },
    text: '',
  };
}

/** The keys of a gateway that say something to a router that is no endpoint picker, and those that were given. */
function shownGateway(
  gateway: ResolvedGatewaySpec,
  policy: PolicySpec,
  { scenario }: RouterContext,
): GatewaySpec {
  const { replicas, decision_time, tokenization_time, scrape_interval } = gateway;
  const { scrape_phase, kv_event_delay, shared_state } = gateway;
  const looksAround = !((policy.router.builtin ?? '') in PLAIN_POLICIES);
  return {
    // Routers notice that a replica has failed one scrape later.
    ...((looksAround || scenario.spec.events !== undefined) && { scrape_interval }),
    ...(looksAround && { scrape_phase, kv_event_delay }),
    replicas,
    ...(replicas > 1 && { shared_state }),
    decision_time,
    tokenization_time,
    ...definedOf(policy.gateway ?? {}),
  };
}

function definedOf(spec: GatewaySpec): GatewaySpec {
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined));
}

/** The configuration that a policy's router names. Throws UserError for what is wrong in it. */
export function routerConfigOf(
  router: PolicySpec['router'],
  from: string,
  resources: ScenarioResources,
): { readonly text: ProfileText; readonly config: LoadedConfig } {
  const text = routerText(router, from, resources);
  return {
    text,
    config: loaded(text, router),
  };
}

function loaded(
  { file, text }: ProfileText,
  { config, key, allow_experimental }: PolicySpec['router'],
): LoadedConfig {
  try {
    return loadConfig(text, { file, key, allowExperimental: allow_experimental ?? false });
  } catch (error) {
    if (config === undefined || !(error instanceof UserError)) throw error;
    // Lines of a text that was written from the scenario's keys are nobody's.
    const inline = (problem: Problem): Problem => ({
      ...problem,
      message: `router.config: ${problem.message}`,
      at: { file },
    });
    const [first, ...rest] = error.problems;
    throw new UserError(inline(first), ...rest.map(inline));
  }
}

function routerText(
  { builtin, file, config }: PolicySpec['router'],
  from: string,
  resources: ScenarioResources,
): ProfileText {
  // JSON is YAML.
  if (config !== undefined) return { file: from, text: JSON.stringify(config) };
  return file === undefined ? resources.builtinRouter(builtin ?? 'llm-d') : resources.text(file, from);
}

function endpointPicker(policy: PolicySpec, context: RouterContext): ResolvedRouter {
  const { file, resources, notes, isBlackBox } = context;
  const { text, config } = routerConfigOf(policy.router, file, resources);
  const path = pathOf(policy, context);
  const hasSlo = context.scenario.spec.slo !== undefined;
  const scrape = metricsScrape(config);
  const filled = fillGateway(policy.gateway, isBlackBox, scrape?.interval);
  const gateway = withPredictions(filled, config, hasSlo, path, notes);
  const tieBreak = policy.tie_break ?? 'random';
  checkPlugins(config, text.file, [...path, 'router'], notes);
  for (const warning of config.warnings) {
    // The order of the producers has a label of its own, which says what is simulated.
    if (!warning.startsWith('nothing orders')) notes.label('router', `${text.file}: ${warning}`);
  }
  for (const spot of blindSpots(config)) notes.label(spot.code, spot.text, [...path, 'router']);
  if (hasFreeOrder(config)) {
    notes.label(
      'producer-order',
      `producers run ${gateway.producer_order} here; in the real picker chance decides at its start, and token-load-scorer never sees prefix hits when the in-flight producer comes first`,
      [...path, 'gateway', 'producer_order'],
    );
  }
  return {
    input: { kind: 'endpoint-picker', config, gateway: gatewayOf(gateway, bytesPerToken(context)), tieBreak },
    spec: {
      router: { ...policy.router, allow_experimental: policy.router.allow_experimental ?? false },
      gateway,
      tie_break: tieBreak,
    },
    text: text.text,
  };
}

/** A configuration may load and hold plugins that nothing here can play: a forecast without them would be another fleet's. */
function checkPlugins(config: LoadedConfig, file: string, path: ValuePath, notes: Notes): void {
  for (const { plugin, type, reason } of obstaclesTo(config)) {
    notes.problem(
      'E_UNSUPPORTED',
      path,
      `cannot be simulated: plugin ${plugin === type ? type : `${plugin} (${type})`} of ${file}: ${reason}`,
      'take the plugin out of a copy of the file, and forecast what is left',
    );
  }
  for (const type of unverifiedPlugins(config)) {
    notes.label('unverified-plugin', `${type} was never compared with decisions of the real picker`, path);
  }
}

/** Whether the real picker leaves the order of its producers to chance. */
function hasFreeOrder({ effective }: LoadedConfig): boolean {
  const [first, second] = (['prefix-first', 'in-flight-first'] as const).map((order) =>
    orderProducers(effective, order).join(),
  );
  return first !== second;
}

function pathOf({ name }: PolicySpec, { scenario }: RouterContext): ValuePath {
  return ['spec', 'policies', scenario.spec.policies.findIndex((policy) => policy.name === name)];
}

function bytesPerToken({ scenario }: RouterContext): number | undefined {
  return scenario.spec.workload.bytes_per_token;
}
