import type { Arm } from './experiment-schema.ts';

/** Names that the plugins of older pickers have today (llm-d-router, deprecated names). */
const NEW_NAMES: Readonly<Record<string, string>> = { 'kv-cache-scorer': 'kv-cache-utilization-scorer' };

/** Tokens per second by which the picker turns tokens in flight into milliseconds (prefix-cache-affinity-filter's default). */
const PEAK_PREFILL = 15928;

interface PluginSpec {
  readonly type: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** A plugin in today's words, and the name under which the report weighs it. */
interface Translated {
  readonly plugin: PluginSpec;
  readonly weighedAs: string;
}

export interface ArmRouter {
  readonly router: unknown;
  readonly gateway: { readonly replicas: number } | undefined;
  /** Whether it has each prompt tokenised before it picks. */
  readonly tokenises: boolean;
  /** Tokens of a block that the router takes the servers to have; undefined = it does not say. */
  readonly blockSize: number | undefined;
}

/**
 * The router of a published arm in today's configuration; a text says why there is none. Arms without plugins and weights
 * are Kubernetes Services, whatever they are called: kube-proxy picks a backend at random
 * (https://kubernetes.io/docs/reference/networking/virtual-ips/, proxy mode iptables).
 */
export function routerOfArm({ arm, plugins = [], weights = {}, replicas }: Arm): ArmRouter | string {
  const gateway = replicas === undefined ? undefined : { replicas };
  const listed = plugins.length > 0 ? plugins : Object.keys(weights).map((type) => ({ type }));
  if (listed.length === 0) {
    return /(^|[^a-z])(k8s|kubernetes|rr|round-robin)([^a-z]|$)/i.test(arm)
      ? { router: { builtin: 'random' }, gateway, tokenises: false, blockSize: undefined }
      : 'nothing says how it routes';
  }
  if (listed.every(({ type }) => type === 'random-picker')) {
    return { router: { builtin: 'random' }, gateway, tokenises: false, blockSize: undefined };
  }
  const translated = listed.map(todays);
  const problem = translated.find((one) => typeof one === 'string');
  if (problem !== undefined) return problem;
  const specs = translated.flatMap((one) => (typeof one === 'string' ? [] : one));
  const precise = specs.find(({ plugin }) => plugin.type === PRECISE)?.plugin.parameters;
  return {
    router: {
      config: {
        apiVersion: 'llm-d.ai/v1alpha1',
        kind: 'EndpointPickerConfig',
        plugins: specs.map(({ plugin }) => plugin),
        schedulingProfiles: [
          {
            name: 'default',
            plugins: specs.flatMap(({ plugin, weighedAs }) => referenceTo(plugin.type, weights[weighedAs])),
          },
        ],
      },
    },
    gateway,
    tokenises: precise !== undefined,
    blockSize: blockSizeIn(precise?.['tokenProcessorConfig']),
  };
}

const PRECISE = 'precise-prefix-cache-scorer';

function blockSizeIn(config: unknown): number | undefined {
  return typeof config === 'object' && config !== null && 'blockSize' in config
    ? Number(config.blockSize)
    : undefined;
}

/** Filters, scorers of some weight and pickers stand in the profile; producers do not. */
function referenceTo(type: string, weight: number | null | undefined): unknown[] {
  if (type.endsWith('-producer')) return [];
  if (!type.endsWith('-scorer')) return [{ pluginRef: type }];
  return weight === 0 ? [] : [{ pluginRef: type, ...(typeof weight === 'number' && { weight }) }];
}

/** A plugin in today's words, with the producer that its parameters belong to; a text says why there is none. */
function todays({ type, parameters = {} }: NonNullable<Arm['plugins']>[number]): Translated[] | string {
  const open = Object.entries(parameters).find(
    ([, value]) => typeof value === 'string' && value.includes('${'),
  );
  if (open !== undefined) return `${type}.${open[0]} is not given: ${String(open[1])}`;
  const as = (plugin: PluginSpec): Translated => ({ plugin, weighedAs: type });
  const name = NEW_NAMES[type] ?? type;
  switch (name) {
    case 'prefix-cache-scorer':
      return parameters['mode'] === 'cache_tracking'
        ? [as(EXACT_TOKENS), as(precisely(parameters))]
        : [as({ type: 'approx-prefix-cache-producer', parameters }), as({ type: name })];
    case PRECISE:
      return [as(EXACT_TOKENS), as(precisely(parameters))];
    case 'prefix-cache-affinity-filter':
      return [as({ type: name, parameters: affinity(parameters) })];
    case 'inflight-load-producer':
    case 'max-score-picker':
      // Without output tokens and with one endpoint is how they work by themselves.
      return [as({ type: name })];
    default:
      return [as({ type: name, ...(Object.keys(parameters).length > 0 && { parameters }) })];
  }
}

/** Older pickers tokenised by themselves what they looked up; today's ask a model server. */
const EXACT_TOKENS: PluginSpec = {
  type: 'token-producer',
  parameters: { modelName: 'served', vllm: { url: 'http://localhost:8000' } },
};

function precisely(parameters: Readonly<Record<string, unknown>>): PluginSpec {
  const { blockSizeTokens, blockSize, hashSeed, speculativeIndexing } = parameters;
  return {
    type: PRECISE,
    parameters: {
      tokenProcessorConfig: {
        blockSize: blockSizeTokens ?? blockSize,
        ...(hashSeed !== undefined && { hashSeed }),
      },
      ...(speculativeIndexing !== undefined && { speculativeIndexing }),
    },
  };
}

/** Where the penalty is given in tokens in flight, it is turned into the milliseconds that today's filter takes. */
function affinity(parameters: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { maxTokensInFlightPenalty, ...rest } = parameters;
  const text = JSON.stringify(maxTokensInFlightPenalty ?? 0);
  const tokens = Number(/\d+/.exec(text)?.[0] ?? 0);
  return tokens > 0 ? { ...rest, maxTTFTPenaltyMs: (tokens / PEAK_PREFILL) * 1000 } : rest;
}
