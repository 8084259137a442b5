import type { Problem, SourcePosition } from '../../base/user-error.ts';
import type { Bytes, Seconds } from '../../base/units.ts';
import { configProblem } from './config-error.ts';
import type { ConfigNode } from './config-node.ts';
import { parseK8sQuantity } from './k8s-quantity.ts';
import { ParameterReader } from './parameter-reader.ts';

/** An EndpointPickerConfig as written, decoded strictly; nothing is filled in yet. */
export interface RawConfig {
  readonly at: SourcePosition;
  readonly apiVersion: string;
  readonly featureGates: readonly { readonly text: string; readonly at: SourcePosition }[];
  readonly plugins: readonly RawPlugin[];
  readonly profiles: readonly RawProfile[];
  readonly dataLayer: RawDataLayer | undefined;
  readonly flowControl: RawFlowControl | undefined;
  /** Of requestHandler.parsers, or the deprecated `parser`. */
  readonly parsers: readonly RawRef[];
  /** Of flowControl.saturationDetector, or the deprecated top-level `saturationDetector`. */
  readonly saturationDetector: RawRef | undefined;
  readonly deprecated: readonly string[];
}

export interface RawPlugin {
  readonly at: SourcePosition;
  readonly name: string;
  readonly type: string;
  readonly parameters: ConfigNode | undefined;
}

export interface RawProfile {
  readonly at: SourcePosition;
  readonly name: string;
  readonly plugins: readonly (RawRef & { readonly weight: number | undefined })[];
}

/** A mention of a plugin; the empty text when it is missing. */
export interface RawRef {
  readonly at: SourcePosition;
  readonly ref: string;
}

export interface RawDataLayer {
  readonly injectDefaults: boolean;
  readonly sources: readonly (RawRef & { readonly extractors: readonly RawRef[] })[];
  readonly discovery: RawRef | undefined;
  readonly peerDiscovery: RawRef | undefined;
  readonly crossReplicaSyncer: RawRef | undefined;
}

export interface RawFlowControl {
  readonly at: SourcePosition;
  readonly maxBytes: Bytes | undefined;
  readonly maxRequests: number | undefined;
  readonly defaultRequestTtl: Seconds | undefined;
  readonly noEndpointRequestTtl: Seconds | undefined;
  readonly defaultBand: RawBand | undefined;
  readonly defaultNegativeBand: RawBand | undefined;
  readonly bands: readonly RawBand[];
  readonly usageLimitPolicy: RawRef | undefined;
  readonly enableEviction: boolean;
  /** Whether anything but the detector is set: without the feature gate that is of no effect. */
  readonly hasSettings: boolean;
}

export interface RawBand {
  readonly at: SourcePosition;
  readonly priority: number;
  readonly maxBytes: Bytes | undefined;
  readonly maxRequests: number | undefined;
  readonly fairness: RawRef;
  readonly ordering: RawRef;
}

const API_VERSIONS: readonly string[] = ['llm-d.ai/v1alpha1', 'inference.networking.x-k8s.io/v1alpha1'];
const KIND = 'EndpointPickerConfig';

/** Source: apix/config/v1alpha1/endpointpickerconfig_types.go of llm-d-router at ebab6879. */
export function decodeConfig(root: ConfigNode, problems: Problem[]): RawConfig {
  const reader = new ParameterReader(root, root.at, 'config', problems, 'decode');
  const apiVersion = reader.string('apiVersion', '');
  if (apiVersion !== '' && !API_VERSIONS.includes(apiVersion))
    reader.refuse('apiVersion', `must be ${API_VERSIONS.join(' or ')}`);
  const kind = reader.string('kind', '');
  if (kind !== '' && kind !== KIND) reader.refuse('kind', `must be ${KIND}`);
  const gates = reader.raw('featureGates');
  const gateTexts = reader.strings('featureGates') ?? [];
  const detector = optionalRef(reader.object('saturationDetector'), 'pluginRef');
  const parser = optionalRef(reader.object('parser'), 'pluginRef');
  const flowReader = reader.object('flowControl');
  const flowDetector = optionalRef(flowReader.object('saturationDetector'), 'pluginRef');
  const parsers = (reader.object('requestHandler').objects('parsers') ?? []).map((item) => ref(item));
  const config: RawConfig = {
    at: root.at,
    apiVersion,
    featureGates: gateTexts.map((text, index) => ({
      text,
      at: (gates?.kind === 'list' ? gates.items[index]?.at : undefined) ?? root.at,
    })),
    plugins: (reader.objects('plugins') ?? []).map((item) => ({
      at: item.position(),
      name: item.string('name', ''),
      type: item.string('type', ''),
      parameters: item.raw('parameters'),
    })),
    profiles: (reader.objects('schedulingProfiles') ?? []).map((item) => ({
      at: item.position(),
      name: item.string('name', ''),
      plugins: (item.objects('plugins') ?? []).map((entry) => ({
        ...ref(entry),
        weight: entry.float('weight'),
      })),
    })),
    dataLayer: decodeDataLayer(reader.object('dataLayer')),
    flowControl: decodeFlowControl(flowReader, problems),
    parsers: parsers.length === 0 && parser !== undefined ? [parser] : parsers,
    saturationDetector: flowDetector ?? detector,
    deprecated: [
      ...(apiVersion === API_VERSIONS[1]
        ? [`apiVersion ${apiVersion} is deprecated: use ${API_VERSIONS[0]}`]
        : []),
      ...(detector === undefined
        ? []
        : ['saturationDetector at the top is deprecated: use flowControl.saturationDetector']),
      ...(parser === undefined ? [] : ['parser is deprecated: use requestHandler.parsers']),
    ],
  };
  reader.finish();
  return config;
}

function ref(reader: ParameterReader, key = 'pluginRef'): RawRef {
  return { ref: reader.string(key, ''), at: reader.position(key) };
}

function optionalRef(reader: ParameterReader, key: string): RawRef | undefined {
  const found = ref(reader, key);
  return reader.given ? found : undefined;
}

function decodeDataLayer(reader: ParameterReader): RawDataLayer | undefined {
  const syncer = ref(reader, 'crossReplicaSyncerPluginRef');
  reader.duration('crossReplicaSyncInterval');
  const decoded: RawDataLayer = {
    injectDefaults: reader.bool('injectDefaults', true),
    sources: (reader.objects('sources') ?? []).map((item) => ({
      ...ref(item),
      extractors: (item.objects('extractors') ?? []).map((extractor) => ref(extractor)),
    })),
    discovery: optionalRef(reader.object('discovery'), 'pluginRef'),
    peerDiscovery: optionalRef(reader.object('peerDiscovery'), 'pluginRef'),
    crossReplicaSyncer: syncer.ref === '' ? undefined : syncer,
  };
  return reader.given ? decoded : undefined;
}

function decodeFlowControl(reader: ParameterReader, problems: Problem[]): RawFlowControl | undefined {
  const usage = ref(reader, 'usageLimitPolicyPluginRef');
  const defaultReader = reader.object('defaultPriorityBand');
  const negativeReader = reader.object('defaultNegativePriorityBand');
  const defaultBand = decodeBand(defaultReader, problems);
  const negativeBand = decodeBand(negativeReader, problems);
  const decoded = {
    at: reader.position(),
    maxBytes: quantity(reader, 'maxBytes', problems),
    maxRequests: quantity(reader, 'maxRequests', problems),
    defaultRequestTtl: reader.duration('defaultRequestTTL'),
    noEndpointRequestTtl: reader.duration('noEndpointRequestTTL'),
    defaultBand: defaultReader.given ? defaultBand : undefined,
    defaultNegativeBand: negativeReader.given ? negativeBand : undefined,
    bands: (reader.objects('priorityBands') ?? []).map((item) => decodeBand(item, problems)),
    usageLimitPolicy: usage.ref === '' ? undefined : usage,
    enableEviction: reader.bool('enableEviction', false),
  };
  if (!reader.given) return undefined;
  const { at: _, enableEviction, bands, ...rest } = decoded;
  const hasSettings =
    enableEviction || bands.length > 0 || Object.values(rest).some((setting) => setting !== undefined);
  return { ...decoded, hasSettings };
}

function decodeBand(reader: ParameterReader, problems: Problem[]): RawBand {
  return {
    at: reader.position(),
    priority: reader.int('priority', 0),
    maxBytes: quantity(reader, 'maxBytes', problems),
    maxRequests: quantity(reader, 'maxRequests', problems),
    fairness: ref(reader, 'fairnessPolicyRef'),
    ordering: ref(reader, 'orderingPolicyRef'),
  };
}

function quantity(reader: ParameterReader, key: string, problems: Problem[]): number | undefined {
  const node = reader.raw(key);
  if (node === undefined) return undefined;
  const text =
    node.kind === 'scalar' && (typeof node.value === 'string' || typeof node.value === 'number')
      ? String(node.value)
      : '';
  const value = parseK8sQuantity(text.trim());
  if (value === undefined)
    problems.push(configProblem('decode', node.at, `${key} must be a quantity such as 10Gi, 500 or 1k`));
  return value;
}
