import type { LoadedConfig } from '../../../scheduler/config/loaded-config.ts';
import { buildPlugins } from '../../../scheduler/cycle/build-plugins.ts';
import { EndpointPicker } from '../../../scheduler/endpoint-picker.ts';
import type {
  FairnessPolicy,
  OrderingPolicy,
  QueuedItem,
  UsageLimitPolicy,
} from '../../../scheduler/flow-control/flow-policies.ts';
import { FlowQueues } from '../../../scheduler/flow-control/flow-queues.ts';
import type { Plugin } from '../../../scheduler/plugin.ts';
import { deepDifferences } from './deep-differences.ts';
import type { Difference, Family, Outcome } from './family.ts';
import { guarded } from './guarded.ts';
import { loadRecorded } from './load-recorded.ts';
import { profileDifferences, recordedError } from './profile-differences.ts';
import type {
  ConfigLine,
  RecordedEndpoint,
  RecordedError,
  RecordedProfile,
  RecordedRequest,
} from './recorded-types.ts';
import { attributeOf, endpointInfo, metricsOf, RecordedPrompts } from './recorded-world.ts';

/** Saturation, admission, ceilings, dispatch order and identity. */
export const flowControlFamily: Family = {
  name: 'flow-control',
  *check(lines) {
    const configs = new Map<string, LoadedConfig>();
    for (const line of lines as Iterable<ConfigLine | CaseLine>) {
      if (line.kind === 'config') {
        const { config } = loadRecorded(line);
        if (config !== undefined) configs.set(line.id, config);
      } else yield checkCase(line, configs.get(line.config));
    }
  },
};

type CaseLine = { readonly id: string; readonly config: string } & (
  | {
      readonly kind: 'saturation';
      readonly endpoints: readonly RecordedEndpoint[];
      readonly saturation: number | string;
      readonly legacyAdmission: Readonly<Record<string, unknown>>;
      readonly profiles: readonly RecordedProfile[];
      readonly error?: RecordedError;
    }
  | {
      readonly kind: 'admitter';
      readonly endpoints: readonly RecordedEndpoint[];
      readonly request: RecordedRequest;
      readonly admitted: boolean;
    }
  | {
      readonly kind: 'usageLimit';
      readonly priorities: readonly number[];
      readonly calls: readonly { readonly saturation: number; readonly ceilings: readonly number[] }[];
    }
  | { readonly kind: 'dispatchOrder'; readonly steps: readonly DispatchStep[] }
  | {
      readonly kind: 'agentIdentity';
      readonly headers: Readonly<Record<string, string>>;
      readonly identity: string | null;
    }
);

type DispatchStep =
  | { readonly op: 'enqueue'; readonly item: RecordedItem }
  | { readonly op: 'dropFlow'; readonly flow: string }
  | { readonly op: 'dispatch'; readonly expect: string | null };

interface RecordedItem {
  readonly id: string;
  readonly flow: string;
  readonly enqueuedMs: number;
  readonly receivedMs: number;
  readonly ttlMs: number;
  readonly headers?: Readonly<Record<string, string>>;
}

const NOW = 1000;

function checkCase(line: CaseLine, config: LoadedConfig | undefined): Outcome {
  const { id, kind } = line;
  const cause = `${kind} under ${line.config}`;
  if (config === undefined)
    return { id, kind, differences: [{ field: 'config', expected: 'loads', actual: undefined, cause }] };
  return { id, kind, differences: guarded(() => differencesOf(line, config, cause), cause) };
}

function differencesOf(line: CaseLine, config: LoadedConfig, cause: string): Difference[] {
  const { kind } = line;
  switch (line.kind) {
    case 'saturation':
      return saturation(line, config, cause);
    case 'admitter': {
      const picker = pickerWith(config, line.endpoints);
      const state = picker.open(new RecordedPrompts().request(line.request, NOW));
      state.phase = 'produced';
      state.candidates = picker.endpoints;
      const decision = picker.schedule(state, NOW);
      const denied = decision.kind === 'rejected' && decision.http === 500;
      return deepDifferences(line.admitted, !denied, `${cause} ${JSON.stringify(line.request)}`, 'admitted');
    }
    case 'usageLimit': {
      const policy = pluginNamed<UsageLimitPolicy>(config, 'lim');
      return line.calls.flatMap(({ saturation: level, ceilings }, i) =>
        deepDifferences(ceilings, policy.ceilings(level, line.priorities), `${cause} call ${i}`, 'ceilings'),
      );
    }
    case 'dispatchOrder':
      return dispatchOrder(line.steps, config, cause);
    case 'agentIdentity': {
      const picker = pickerWith(config, []);
      const request = new RecordedPrompts().request({ id: 'x', headers: line.headers }, NOW);
      const { flow } = picker.open(request);
      return deepDifferences(line.identity ?? 'default-flow', flow, cause, 'identity');
    }
    default:
      return [{ field: 'kind', expected: kind, actual: 'no kind of this family', cause }];
  }
}

function pickerWith(config: LoadedConfig, endpoints: readonly RecordedEndpoint[]): EndpointPicker {
  const picker = new EndpointPicker(config, { seed: 1 });
  for (const endpoint of endpoints) {
    picker.observeMembership({ added: [endpointInfo(endpoint)] }, NOW);
    picker.observeMetrics(endpoint.id, metricsOf(endpoint.metrics, NOW));
    for (const [key, value] of Object.entries(endpoint.attrs ?? {}))
      picker.observeAttribute(endpoint.id, key, attributeOf(key, value));
  }
  return picker;
}

function pluginNamed<P extends Plugin>(config: LoadedConfig, name: string): P {
  const options = { seed: 1, run: 0, tieBreak: 'random', latencyPredictor: undefined } as const;
  return buildPlugins(config, options, () => []).byName.get(name) as P;
}

function saturation(
  line: Extract<CaseLine, { kind: 'saturation' }>,
  config: LoadedConfig,
  cause: string,
): Difference[] {
  const picker = pickerWith(config, line.endpoints);
  const request = (priority: number): RecordedRequest => ({ id: `p${priority}`, priority, prompts: null });
  const prompts = new RecordedPrompts();
  const admissions = Object.keys(line.legacyAdmission).map((priority) => {
    const state = picker.open(prompts.request(request(Number(priority)), NOW));
    const admission = picker.admit(state, NOW);
    return [priority, admission.kind === 'rejected' ? recordedError(admission) : admission.kind];
  });
  const state = picker.open(prompts.request(request(0), NOW));
  state.phase = 'produced';
  state.candidates = picker.endpoints;
  const decision = picker.schedule(state, NOW, { explain: true });
  return [
    ...deepDifferences(line.saturation, picker.saturation(NOW), cause, 'saturation'),
    ...deepDifferences(line.legacyAdmission, Object.fromEntries(admissions), cause, 'legacyAdmission'),
    ...profileDifferences(line.profiles, state.results, cause),
    ...deepDifferences(
      line.error,
      decision.kind === 'rejected' ? recordedError(decision) : undefined,
      cause,
      'error',
    ),
  ];
}

function dispatchOrder(steps: readonly DispatchStep[], config: LoadedConfig, cause: string): Difference[] {
  const fairness = pluginNamed<FairnessPolicy>(config, 'fair');
  const ordering = pluginNamed<OrderingPolicy>(config, 'ord');
  const band = new FlowQueues<QueuedItem>(fairness, ordering);
  return steps.flatMap((step, i) => {
    switch (step.op) {
      case 'enqueue': {
        const { item } = step;
        band.add({
          id: item.id,
          flow: item.flow,
          enqueuedAt: item.enqueuedMs / 1000,
          receivedAt: item.receivedMs / 1000,
          ttl: item.ttlMs / 1000,
          headers: item.headers ?? {},
        });
        return [];
      }
      case 'dropFlow':
        band.dropFlow(step.flow);
        return [];
      case 'dispatch':
        return deepDifferences(step.expect, band.take(NOW)?.id, `${cause} step ${i}`, 'dispatched');
    }
  });
}
