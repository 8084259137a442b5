import type { LoadedConfig } from '../../../scheduler/config/loaded-config.ts';
import type { Decision } from '../../../scheduler/decision.ts';
import { EndpointPicker } from '../../../scheduler/endpoint-picker.ts';
import type { KvEvent } from '../../../scheduler/kv-event.ts';
import type { EndCause } from '../../../scheduler/plugin.ts';
import type { Rejection } from '../../../scheduler/rejection.ts';
import type { RequestState } from '../../../scheduler/request-state.ts';
import { deepDifferences } from './deep-differences.ts';
import type { Difference } from './family.ts';
import { profileDifferences, recordedError } from './profile-differences.ts';
import type {
  RecordedEndpoint,
  RecordedError,
  RecordedMetrics,
  RecordedProfile,
  RecordedRequest,
} from './recorded-types.ts';
import {
  attributeOf,
  completedForm,
  endpointInfo,
  metricsOf,
  recordedForm,
  RecordedPrompts,
} from './recorded-world.ts';

export type Step = { readonly kind: 'step'; readonly sequence: string; readonly step: number } & (
  | { readonly op: 'add'; readonly endpoint: RecordedEndpoint }
  | { readonly op: 'remove'; readonly endpoint: string; readonly expect?: Expected }
  | { readonly op: 'scrape'; readonly endpoint: string; readonly metrics: RecordedMetrics }
  | {
      readonly op: 'request';
      readonly request: RecordedRequest;
      readonly candidates: readonly string[];
      readonly commit?: boolean;
      readonly expect: Expected;
    }
  | { readonly op: 'firstChunk'; readonly request: string; readonly expect?: Expected }
  | { readonly op: 'end'; readonly request: string; readonly cause: EndCause; readonly expect?: Expected }
  | {
      readonly op: 'kvEvents';
      readonly endpoint: string;
      readonly model: string;
      readonly events: readonly unknown[];
    }
);

/** Turns recorded events of an engine into ours; `model` is the base model's name. */
export type TranslateKvEvents = (
  events: readonly unknown[],
  prompts: RecordedPrompts,
  model: string,
) => readonly KvEvent[];

interface Expected {
  readonly produced?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly profiles?: readonly RecordedProfile[];
  readonly error?: RecordedError;
  readonly primary?: string;
  readonly targets?: Readonly<Record<string, readonly string[]>>;
  readonly destination?: string;
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly responseHeaders?: Readonly<Record<string, string>>;
  readonly state?: RecordedState;
}

interface RecordedState {
  readonly inFlight?: Readonly<Record<string, unknown>>;
  readonly indexBlocks?: Readonly<Record<string, unknown>>;
  readonly coldLru?: readonly string[];
}

/** Plays one recorded sequence, with the recorded picks in place of ours. Time stands still: no timer fires inside one. */
export class SequencePlayer {
  private readonly config: LoadedConfig;
  private readonly picker: EndpointPicker;
  private readonly prompts = new RecordedPrompts();
  private readonly states = new Map<string, RequestState>();
  /** Ids of all endpoints ever seen, by index. */
  private readonly ids: string[] = [];
  private readonly now = 1000;
  private readonly translate: TranslateKvEvents | undefined;

  constructor(config: LoadedConfig, producerOrder: readonly string[], translate?: TranslateKvEvents) {
    this.config = config;
    this.translate = translate;
    this.picker = new EndpointPicker(config, { seed: 1, producerOrder });
  }

  play(step: Step): Difference[] {
    const cause = `step ${step.step} ${step.op}`;
    switch (step.op) {
      case 'add':
        this.add(step.endpoint);
        return [];
      case 'remove':
        this.picker.observeMembership({ removed: [step.endpoint] }, this.now);
        return this.stateDifferences(step.expect, cause);
      case 'scrape':
        this.picker.observeMetrics(step.endpoint, metricsOf(step.metrics, this.now));
        return [];
      case 'request':
        return this.request(step, `${cause} ${JSON.stringify(step.request)}`);
      case 'firstChunk':
      case 'end': {
        const state = this.states.get(step.request);
        if (state === undefined)
          return [{ field: 'request', expected: step.request, actual: undefined, cause }];
        const headers =
          step.op === 'firstChunk'
            ? this.picker.firstChunk(state, this.now)
            : this.picker.end(state, step.cause, this.now);
        return [
          ...deepDifferences(
            step.expect?.responseHeaders ?? {},
            Object.fromEntries(headers),
            cause,
            'responseHeaders',
          ),
          ...this.stateDifferences(step.expect, `${cause} of ${step.request}`),
        ];
      }
      case 'kvEvents':
        this.picker.observeKvEvents(
          step.endpoint,
          step.model,
          this.translate?.(step.events, this.prompts, step.model) ?? [],
          this.now,
        );
        return [];
    }
  }

  private add(endpoint: RecordedEndpoint): void {
    this.picker.observeMembership({ added: [endpointInfo(endpoint)] }, this.now);
    this.picker.observeMetrics(endpoint.id, metricsOf(endpoint.metrics, this.now));
    for (const [key, value] of Object.entries(endpoint.attrs ?? {}))
      this.picker.observeAttribute(endpoint.id, key, attributeOf(key, value));
    const added = this.picker.endpoints.at(-1);
    if (added !== undefined) this.ids[added.index] = added.id;
  }

  private request(step: Extract<Step, { op: 'request' }>, cause: string): Difference[] {
    const { expect } = step;
    const state = this.picker.open(this.prompts.request(step.request, this.now));
    this.states.set(step.request.id, state);
    this.picker.admit(state, this.now);
    const candidates = deepDifferences(
      step.candidates,
      this.picker.endpoints.map(({ id }) => id),
      cause,
      'candidates',
    );
    const refused = this.picker.produce(state, this.now);
    const produced = this.producedDifferences(expect, state, cause);
    const decision = refused ?? this.schedule(state, expect);
    const headers = new Map<string, string | undefined>(state.headerChanges);
    if (decision.kind === 'decided' && step.commit === true)
      for (const [name, value] of this.picker.commit(state, this.now)) headers.set(name, value);
    if (decision.kind === 'decided' && step.commit !== true) this.picker.end(state, 'error', this.now);
    return [
      ...candidates,
      ...produced,
      ...profileDifferences(expect.profiles ?? [], state.results, cause),
      ...deepDifferences(
        expect.error,
        decision.kind === 'rejected' ? recordedError(decision) : undefined,
        cause,
        'error',
      ),
      ...(decision.kind === 'decided'
        ? this.decisionDifferences(expect, state, decision, headers, cause)
        : []),
      ...this.stateDifferences(expect, cause),
    ];
  }

  private schedule(state: RequestState, expect: Expected): Decision | Rejection {
    const picks = new Map(expect.profiles?.map(({ name, pick }) => [name, pick]));
    return this.picker.schedule(state, this.now, { explain: true, replay: (profile) => picks.get(profile) });
  }

  private decisionDifferences(
    expect: Expected,
    state: RequestState,
    decision: Decision,
    headers: ReadonlyMap<string, string | undefined>,
    cause: string,
  ): Difference[] {
    const targets = state.results
      .filter((result) => result.targets.length > 0)
      .map((result): [string, string[]] => [result.name, result.targets.map(({ endpoint }) => endpoint.id)]);
    const actual = {
      primary: state.primary,
      destination: decision.destination,
      targets: Object.fromEntries(targets),
    };
    const { primary, destination } = expect;
    const removed = (map: Iterable<[string, string | null | undefined]>): Record<string, string> =>
      Object.fromEntries([...map].map(([name, value]) => [name, value ?? '(removed)']));
    return [
      ...deepDifferences({ primary, destination, targets: expect.targets }, actual, cause),
      ...deepDifferences(removed(Object.entries(expect.headers ?? {})), removed(headers), cause, 'headers'),
    ];
  }

  private producedDifferences({ produced }: Expected, state: RequestState, cause: string): Difference[] {
    if (produced === undefined) return [];
    const ids = new Set([...Object.keys(produced), ...this.picker.endpoints.map(({ id }) => id)]);
    return [...ids].flatMap((id) => {
      const values = produced[id] ?? {};
      const endpoint = this.picker.endpoints.find((candidate) => candidate.id === id);
      const texts = new Set([...Object.keys(values), ...this.producedTexts()]);
      const actual = [...texts].map((text): [string, unknown] => {
        const value =
          endpoint === undefined ? undefined : state.read(this.picker.key<unknown>(text), endpoint);
        return [text, value === undefined ? undefined : recordedForm(text, value)];
      });
      const expected = Object.entries(values).map(([text, value]) => [text, completedForm(text, value)]);
      return deepDifferences(
        Object.fromEntries(expected),
        Object.fromEntries(actual),
        cause,
        `produced.${id}`,
      );
    });
  }

  /** Data per endpoint that the configured producers make. */
  private producedTexts(): string[] {
    return this.config.plugins
      .flatMap((plan) => plan.data(this.config.plugins).produces ?? [])
      .filter((text) => !text.startsWith('TokenizedPrompt/') && !text.startsWith('SessionIDDataKey/'));
  }

  private stateDifferences(expect: Expected | undefined, cause: string): Difference[] {
    const expected = expect?.state ?? {};
    return deepDifferences(expected, this.state(), cause, 'state');
  }

  private state(): RecordedState {
    const inFlight: Record<string, unknown> = {};
    const indexBlocks: Record<string, unknown> = {};
    let coldLru: string[] | undefined;
    for (const { name, type } of this.config.plugins) {
      const shown = this.picker.inspect(name);
      if (type.type === 'inflight-load-producer') inFlight[name] = this.byId(shown as readonly unknown[]);
      if (type.type === 'approx-prefix-cache-producer') {
        const { blocksOf } = shown as { blocksOf: (endpoint: number) => number | undefined };
        indexBlocks[name] = this.byId(this.ids.map((_, index) => blocksOf(index)));
      }
      if (type.type === 'no-hit-lru-scorer')
        coldLru = (shown as number[]).map((index) => this.ids[index] ?? '');
    }
    return {
      ...(Object.keys(inFlight).length > 0 && { inFlight }),
      ...(Object.keys(indexBlocks).length > 0 && { indexBlocks }),
      ...(coldLru !== undefined && { coldLru }),
    };
  }

  private byId(values: readonly unknown[]): Record<string, unknown> {
    return Object.fromEntries(
      values.flatMap((value, index): [string, unknown][] =>
        value === undefined ? [] : [[this.ids[index] ?? '', value]],
      ),
    );
  }
}
