import * as fc from 'fast-check';
import { expect } from 'vitest';

import type { Prompt } from '../../../base/prompt.ts';
import { PromptTree } from '../../../base/prompt-tree.ts';
import type { InFlightLoad } from '../../../scheduler/attributes.ts';
import type { Endpoint } from '../../../scheduler/endpoint.ts';
import type { LoadedConfig } from '../../../scheduler/config/loaded-config.ts';
import { EndpointPicker } from '../../../scheduler/endpoint-picker.ts';
import type { KvEvent } from '../../../scheduler/kv-event.ts';
import { StoredPromptPart } from '../../../scheduler/kv-index/stored-prompt-part.ts';
import { NO_METRICS } from '../../../scheduler/metrics.ts';
import type { EndCause } from '../../../scheduler/plugin.ts';
import type { PreciseSizes } from '../../../scheduler/plugins/producers/precise-prefix-cache.ts';
import type { RequestState } from '../../../scheduler/request-state.ts';
import { request } from '../policies/support.ts';

export const ENDPOINTS = 5;

/** One thing that happens; numbers choose among what is possible at that point. */
export const step = fc.record({
  kind: fc.constantFrom(
    'arrive',
    'arrive',
    'arrive',
    'move',
    'move',
    'move',
    'end',
    'join',
    'leave',
    'scrape',
    'hear',
    'wait',
  ),
  choice: fc.nat(1000),
  amount: fc.nat(1000),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A picker, its host, and what they did. */
export class Play {
  readonly picker: EndpointPicker;
  readonly log: string[] = [];
  commits = 0;
  evictions = 0;
  /** Most keys that the precise index has held. */
  heard = 0;
  now = 0;
  private readonly tree = new PromptTree();
  private readonly live: RequestState[] = [];
  private readonly present = new Set<number>();
  /** The endpoint that counts a committed request; undefined = it has left. */
  private readonly sentTo = new Map<RequestState, Endpoint | undefined>();

  constructor(config: LoadedConfig) {
    this.picker = new EndpointPicker(config, {
      seed: 7,
      latencyPredictor: {
        predict: (features) =>
          features.map(({ numRequestRunning }) => ({ ttft: 100 * numRequestRunning, tpot: 5 })),
        learn: () => undefined,
      },
    });
    this.join(0);
    this.join(1);
  }

  run(steps: readonly Step[]): void {
    for (const { kind, choice, amount } of steps) {
      this[kind](choice, amount);
      this.check();
    }
  }

  /** All requests end, all endpoints leave, and time passes. */
  finish(): void {
    while (this.live.length > 0) this.end(0, this.live.length);
    this.check();
    for (const id of this.present) this.picker.observeMembership({ removed: [`ns/p${id}`] }, this.now);
    this.wait(0, 1000);
    this.now += 400;
    this.picker.advance(this.now);
  }

  inFlight(): InFlightLoad[] {
    const loads = this.picker.inspect('inflight-load-producer') as (InFlightLoad | undefined)[];
    return loads.filter((load) => load !== undefined);
  }

  arrive(choice: number, amount: number): void {
    const spans = [{ content: choice % 3, start: 0, tokens: 1 + (amount % 700) }];
    const prompts: Prompt[] | undefined = choice % 11 === 0 ? undefined : [this.tree.prompt(spans)];
    const features =
      choice % 2 === 0 ? [{ prompt: 0, hash: `h${amount % 4}`, offset: 0, length: 1 }] : undefined;
    const state = this.picker.open(
      request({
        id: `r${this.log.length}`,
        headers: { 'x-session-id': `s${choice % 5}`, 'x-slo-tpot-ms': String(amount % 3) },
        priority: (choice % 3) - 1,
        fairnessId: `f${amount % 2}`,
        receivedAt: this.now,
        prompts,
        ...(features !== undefined && { features }),
      }),
    );
    const { kind } = this.picker.admit(state, this.now);
    this.log.push(`${state.request.id} ${kind}`);
    if (kind !== 'rejected') this.live.push(state);
  }

  /** One request goes some moments further. */
  move(choice: number, amount: number): void {
    for (let moments = 1 + (amount % 4); moments > 0; moments--) this.moveOnce(choice);
  }

  private moveOnce(choice: number): void {
    const state = this.live[choice % Math.max(1, this.live.length)];
    if (state === undefined) return;
    const { picker, now } = this;
    if (state.phase === 'admitted') {
      if (picker.produce(state, now) !== undefined) this.drop(state, 'error');
    } else if (state.phase === 'produced') {
      const before = this.traces();
      const decision = picker.schedule(state, now);
      expect(this.traces()).toEqual(before);
      if (decision.kind === 'rejected') this.drop(state, 'error');
      else {
        expect(state.candidates).toContain(decision.endpoint);
        this.log.push(`${state.request.id} ${decision.destination}`);
      }
    } else if (state.phase === 'decided') {
      picker.commit(state, now);
      this.commits++;
      // An endpoint that left and came back since the decision is the same to the picker: it goes by ids.
      const target = state.results[0]?.targets[0]?.endpoint;
      this.sentTo.set(
        state,
        picker.endpoints.find(({ id, index }) => id === target?.id && index === target.index),
      );
    } else if (state.phase === 'committed') picker.firstChunk(state, now);
    else if (state.phase === 'streaming') this.drop(state, 'natural');
  }

  end(choice: number, amount: number): void {
    const state = this.live[amount % Math.max(1, this.live.length)];
    const causes: readonly EndCause[] = ['natural', 'client-disconnect', 'error'];
    if (state !== undefined) this.drop(state, causes[choice % 3] ?? 'error');
  }

  join(choice: number): void {
    const id = choice % ENDPOINTS;
    if (this.present.has(id)) return;
    this.present.add(id);
    const info = { id: `ns/p${id}`, address: `10.0.0.${id}`, port: '8000' };
    this.picker.observeMembership({ added: [info] }, this.now);
  }

  leave(choice: number): void {
    const id = choice % ENDPOINTS;
    this.present.delete(id);
    this.picker.observeMembership({ removed: [`ns/p${id}`] }, this.now);
  }

  scrape(choice: number, amount: number): void {
    this.picker.observeMetrics(`ns/p${choice % ENDPOINTS}`, {
      ...NO_METRICS,
      waiting: amount % 7,
      kvUsage: (amount % 10) / 10,
      numBlocks: amount % 5,
      updatedAt: this.now,
    });
  }

  /** An engine tells of blocks of one of the prompts, or that it has none any more. */
  hear(choice: number, amount: number): void {
    const prompt = this.tree.prompt([{ content: choice % 3, start: 0, tokens: 1 + (amount % 700) }]);
    const blocks = prompt.keys(16);
    const medium = amount % 4 === 0 ? 'cpu' : undefined;
    const parts = { blocks, ...(medium !== undefined && { medium }) };
    const tokens = new StoredPromptPart(prompt, 0, prompt.length);
    const stored: KvEvent = { type: 'stored', ...parts, parent: undefined, tokens, blockSize: 16 };
    const events: readonly KvEvent[] = [
      stored,
      stored,
      stored,
      { type: 'removed', ...parts },
      { type: 'cleared' },
    ];
    const event = events[amount % 5];
    if (event !== undefined && blocks.length > 0)
      this.picker.observeKvEvents(`ns/p${choice % ENDPOINTS}`, 'm', [event], this.now);
    this.heard = Math.max(this.heard, this.precise().keys);
  }

  precise(): PreciseSizes {
    return this.picker.inspect('precise-prefix-cache-producer') as PreciseSizes;
  }

  wait(_choice: number, amount: number): void {
    const until = this.now + (amount % 10 === 0 ? amount : amount / 1000);
    for (let rounds = 0; rounds < 1000; rounds++) {
      const { next, outcomes, evictions = [] } = this.picker.advance(this.now);
      for (const { state, admission } of outcomes) {
        this.log.push(`${state.request.id} ${admission.kind} at ${this.now}`);
        if (admission.kind === 'rejected') this.live.splice(this.live.indexOf(state), 1);
      }
      for (const { state, rejection } of evictions) {
        this.log.push(`${state.request.id} ${rejection.reason} at ${this.now}`);
        expect(['committed', 'streaming']).toContain(state.phase);
        expect(state.request.priority).toBeLessThan(0);
        this.evictions++;
        this.drop(state, 'error');
      }
      if (next > until) break;
      expect(next).toBeGreaterThan(this.now);
      this.now = next;
    }
    this.now = until;
  }

  private drop(state: RequestState, cause: EndCause): void {
    this.picker.end(state, cause, this.now, 10);
    this.picker.end(state, cause, this.now, 10);
    this.live.splice(this.live.indexOf(state), 1);
  }

  /** Counters are those of the requests that are committed and not over, on endpoints that have not left since. */
  private check(): void {
    const counted = this.inFlight().reduce((sum, { requests }) => sum + requests, 0);
    const committed = this.live.filter((state) => {
      const endpoint = this.sentTo.get(state);
      return endpoint !== undefined && this.picker.endpoints.includes(endpoint);
    });
    expect(counted).toBe(committed.length);
    for (const { requests, tokens } of this.inFlight()) {
      expect(requests).toBeGreaterThanOrEqual(0);
      expect(tokens).toBeGreaterThanOrEqual(0);
    }
  }

  private traces(): string {
    const index = this.picker.inspect('approx-prefix-cache-producer') as IndexView;
    return JSON.stringify([
      this.inFlight(),
      this.picker.endpoints.map((endpoint) => index.blocksOf(endpoint.index)),
      this.precise(),
      this.picker.inspect('no-hit-lru-scorer'),
    ]);
  }
}

export interface IndexView {
  blocksOf(endpoint: number): number | undefined;
  readonly buckets: number;
}
