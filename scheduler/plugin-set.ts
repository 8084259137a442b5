import {
  has,
  type Admitter,
  type EndpointListener,
  type Holder,
  type KvEventListener,
  type Plugin,
  type PreRequest,
  type Producer,
  type RequestHeaderProcessor,
  type ResponseBody,
  type ResponseHeaders,
  type Screener,
  type Timed,
} from './plugin.ts';
import type { InferenceRequest } from './request.ts';

/** Header that names the flow of a request, and its older name. Source: EPP/metadata/consts.go of llm-d-router at ebab6879. */
const FAIRNESS_HEADERS = ['x-llm-d-inference-fairness-id', 'x-gateway-inference-fairness-id'];
const DEFAULT_FLOW = 'default-flow';

/** The plugins of one picker by what they do, each list in the order of configuration. */
export class PluginSet {
  readonly producers: readonly Producer[];
  readonly holders: readonly Holder[];
  readonly screeners: readonly Screener[];
  readonly admitters: readonly Admitter[];
  readonly preRequests: readonly PreRequest[];
  readonly responseHeaders: readonly ResponseHeaders[];
  readonly responseBodies: readonly ResponseBody[];
  readonly endpointListeners: readonly EndpointListener[];
  readonly kvListeners: readonly KvEventListener[];
  readonly timed: readonly Timed[];
  private readonly headerProcessors: readonly RequestHeaderProcessor[];
  private readonly byName: ReadonlyMap<string, Plugin>;

  constructor(byName: ReadonlyMap<string, Plugin>, producers: readonly string[]) {
    const all = [...byName.values()];
    this.byName = byName;
    this.producers = producers
      .map((name) => byName.get(name))
      .filter((plugin): plugin is Producer => plugin !== undefined && has(plugin, 'produce'));
    this.holders = this.producers.filter((plugin): plugin is Producer & Holder => has(plugin, 'hold'));
    this.screeners = all.filter((plugin): plugin is Screener => has(plugin, 'screen'));
    this.admitters = all.filter((plugin): plugin is Admitter => has(plugin, 'admit'));
    this.preRequests = all.filter((plugin): plugin is PreRequest => has(plugin, 'preRequest'));
    this.responseHeaders = all.filter((plugin): plugin is ResponseHeaders => has(plugin, 'responseHeaders'));
    this.responseBodies = all.filter((plugin): plugin is ResponseBody => has(plugin, 'end'));
    this.endpointListeners = all.filter((plugin): plugin is EndpointListener =>
      ['endpointAdded', 'endpointRemoved', 'forget'].some((method) => has(plugin, method)),
    );
    this.kvListeners = all.filter((plugin): plugin is KvEventListener => has(plugin, 'kvEvents'));
    this.timed = all.filter((plugin): plugin is Timed => has(plugin, 'advance'));
    this.headerProcessors = all.filter((plugin): plugin is RequestHeaderProcessor => has(plugin, 'flowOf'));
  }

  /** The flow that a request belongs to: as it says itself, or as its headers let one guess. */
  flowOf({ fairnessId, headers }: InferenceRequest): string {
    if (fairnessId !== undefined && fairnessId !== '') return fairnessId;
    for (const name of FAIRNESS_HEADERS) {
      const value = headers[name];
      if (value !== undefined && value !== '') return value;
    }
    for (const processor of this.headerProcessors) {
      const flow = processor.flowOf(headers);
      if (flow !== undefined) return flow;
    }
    return DEFAULT_FLOW;
  }

  inspect(name: string): unknown {
    const plugin = this.byName.get(name);
    return plugin !== undefined && has(plugin, 'inspect') ? plugin.inspect() : undefined;
  }
}
