import { unreachable } from '../../base/invariant.ts';
import type { ValuePath } from '../../base/yaml-text.ts';
import type { ProfileText } from '../../hardware-profiles/profile-source.ts';
import { loadConfig } from '../../scheduler/config/load-config.ts';
import type { LoadedConfig } from '../../scheduler/config/loaded-config.ts';
import { PLAIN_POLICIES } from '../../scheduler/policies/plain-policies.ts';
import type { RouterInput } from '../../sim/fleet/run-input.ts';
import type { PolicySpec } from '../schema/policy-schema.ts';
import type { Scenario } from '../schema/scenario-schema.ts';
import type { ScenarioResources } from '../resources.ts';
import { fillGateway, gatewayOf } from './gateway-of.ts';
import type { Notes } from './notes.ts';

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
  const { builtin } = policy.router;
  switch (builtin) {
    case 'round-robin':
    case 'random':
    case 'least-request': {
      const gateway = fillGateway(policy.gateway, true);
      return {
        input: {
          kind: 'policy',
          make: PLAIN_POLICIES[builtin],
          gateway: gatewayOf(gateway, bytesPerToken(context)),
        },
        spec: { router: policy.router, gateway },
        text: '',
      };
    }
    case 'llm-d':
    case 'llm-d-default':
    case undefined:
      return endpointPicker(policy, context);
    default:
      return unreachable(builtin);
  }
}

/** The configuration that a policy's router names. Throws UserError for what is wrong in it. */
export function routerConfigOf(
  router: PolicySpec['router'],
  from: string,
  resources: ScenarioResources,
): { readonly text: ProfileText; readonly config: LoadedConfig } {
  const text =
    router.file === undefined
      ? resources.builtinRouter(router.builtin ?? 'llm-d')
      : resources.text(router.file, from);
  return {
    text,
    config: loadConfig(text.text, { file: text.file, allowExperimental: router.allow_experimental ?? false }),
  };
}

function endpointPicker(policy: PolicySpec, context: RouterContext): ResolvedRouter {
  const { file, resources, notes, isBlackBox } = context;
  const { text, config } = routerConfigOf(policy.router, file, resources);
  const gateway = fillGateway(policy.gateway, isBlackBox);
  const tieBreak = policy.tie_break ?? 'random';
  const index = context.scenario.spec.policies.findIndex(({ name }) => name === policy.name);
  checkPlugins(config, text.file, ['spec', 'policies', index, 'router'], notes);
  for (const warning of config.warnings) notes.label('router', `${text.file}: ${warning}`);
  if (hasFreeOrder(config)) {
    notes.label(
      'producer-order',
      `producer_order is ${gateway.producer_order}; in the real picker chance decides at its start which of ${config.effective.producers.join(', ')} runs first`,
      ['spec', 'policies', index, 'gateway', 'producer_order'],
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
function checkPlugins({ plugins }: LoadedConfig, file: string, path: ValuePath, notes: Notes): void {
  for (const { name, type } of plugins) {
    const called = name === type.type ? `plugin ${name}` : `plugin ${name} (${type.type})`;
    if (type.notSimulated !== undefined) {
      notes.problem(
        'E_UNSUPPORTED',
        path,
        `cannot be simulated: ${called} of ${file}: ${type.notSimulated}`,
        'take the plugin out of a copy of the file, and forecast what is left',
      );
    }
    if (type.unverified) {
      notes.label('unverified-plugin', `${called} was never compared with the real picker's decisions`, path);
    }
  }
}

/** Whether more than one order of the producers is allowed. */
function hasFreeOrder({ effective: { producers, producerRunsAfter } }: LoadedConfig): boolean {
  const after = new Set(producerRunsAfter.map(([later, earlier]) => `${later} ${earlier}`));
  return producers.some((producer, index) => {
    const next = producers[index + 1];
    return next !== undefined && !after.has(`${next} ${producer}`);
  });
}

function bytesPerToken({ scenario }: RouterContext): number | undefined {
  return scenario.spec.workload.bytes_per_token;
}
