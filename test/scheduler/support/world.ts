import { PromptTree, type TreePrompt } from '../../../base/prompt-tree.ts';
import type { ProfileReasons } from '../../../scheduler/decision.ts';
import { loadConfig } from '../../../scheduler/config/load-config.ts';
import { EndpointPicker } from '../../../scheduler/endpoint-picker.ts';
import type { EndpointPickerOptions } from '../../../scheduler/endpoint-picker-options.ts';
import { NO_METRICS, type Metrics } from '../../../scheduler/metrics.ts';
import type { InferenceRequest } from '../../../scheduler/request.ts';
import type { RequestState } from '../../../scheduler/request-state.ts';
import { request } from '../policies/support.ts';

/** A configuration of these plugins and the references of its one profile, both as lines of YAML. */
export function configText(plugins: string, profile: string): string {
  return `apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins:
${plugins}
schedulingProfiles:
- name: default
  plugins:
${profile}
`;
}

export interface World {
  readonly picker: EndpointPicker;
  /** A prompt of the world's tree: equal contents are equal tokens. */
  prompt(...spans: (readonly [content: number, start: number, tokens: number])[]): TreePrompt;
  scrape(endpoint: number, metrics: Partial<Metrics>): void;
  /** Takes a request up to its decision. */
  decide(parts?: Partial<InferenceRequest>, now?: number, to?: number): RequestState;
  /** … and carries it out; `to`: the endpoint it goes to, whatever the scores. */
  send(parts?: Partial<InferenceRequest>, now?: number, to?: number): RequestState;
}

/** A picker over `count` endpoints ns/p0, ns/p1, … with the labels given. */
export function world(
  config: string,
  count: number,
  options: Partial<EndpointPickerOptions> = {},
  labels: readonly Readonly<Record<string, string>>[] = [],
): World {
  const picker = new EndpointPicker(loadConfig(config, { allowExperimental: true }), { seed: 1, ...options });
  const tree = new PromptTree();
  const added = Array.from({ length: count }, (_, i) => ({
    id: `ns/p${i}`,
    address: `10.0.0.${i}`,
    port: '8000',
    labels: labels[i] ?? {},
  }));
  picker.observeMembership({ added }, 0);
  const decide: World['decide'] = (parts = {}, now = 0, to) => {
    const state = picker.open(request({ receivedAt: now, ...parts }));
    const admission = picker.admit(state, now);
    if (admission.kind !== 'admitted') throw new Error(`not admitted: ${JSON.stringify(admission)}`);
    const nobody = picker.produce(state, now);
    if (nobody !== undefined) throw new Error(nobody.message);
    const replay = to === undefined ? undefined : (): string[] => [`ns/p${to}`];
    const decision = picker.schedule(state, now, { explain: true, ...(replay !== undefined && { replay }) });
    if (decision.kind === 'rejected') throw new Error(decision.message);
    return state;
  };
  return {
    picker,
    decide,
    prompt: (...spans) => tree.prompt(spans.map(([content, start, tokens]) => ({ content, start, tokens }))),
    scrape: (endpoint, metrics) =>
      picker.observeMetrics(`ns/p${endpoint}`, { ...NO_METRICS, updatedAt: 0, ...metrics }),
    send(parts = {}, now = 0, to) {
      const state = decide(parts, now, to);
      picker.commit(state, now);
      return state;
    },
  };
}

/** The primary profile's pick. */
export function picked(state: RequestState): string | undefined {
  return state.result(state.primary ?? '')?.targets[0]?.endpoint.id;
}

export function reasons(state: RequestState, profile = 'default'): ProfileReasons {
  const found = state.results.find(({ name }) => name === profile)?.reasons;
  if (found === undefined) throw new Error(`the profile ${profile} did not run`);
  return found;
}

/** Raw scores of one scorer, in candidate order. */
export function scores(state: RequestState, plugin: string, profile?: string): readonly number[] {
  const found = reasons(state, profile).scorers.find((scorer) => scorer.plugin === plugin);
  if (found === undefined) throw new Error(`${plugin} did not score`);
  return found.scores;
}
