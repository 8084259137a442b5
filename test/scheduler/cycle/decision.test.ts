import { describe, expect, it } from 'vitest';

import { request } from '../policies/support.ts';
import { GUIDES } from '../support/guides.ts';
import { configText, picked, reasons, world } from '../support/world.ts';

const BUILT_IN = '';
const ids = (endpoints: readonly { readonly id: string }[]): string[] => endpoints.map(({ id }) => id);

describe('a decision gives its reasons', () => {
  it('filters with what they kept, scores before cut and weight, totals, and who shares the best', () => {
    const text = configText(
      '- {type: utilization-detector}\n- {type: queue-scorer}\n- {type: kv-cache-utilization-scorer}',
      '  - {pluginRef: utilization-detector}\n  - {pluginRef: queue-scorer, weight: 2}\n  - {pluginRef: kv-cache-utilization-scorer, weight: 0.5}',
    );
    const w = world(text, 4);
    w.scrape(0, { waiting: 1, kvUsage: 0.5 });
    w.scrape(1, { waiting: 3, kvUsage: 0.25 });
    w.scrape(2, { waiting: 9 });
    w.scrape(3, { waiting: 1, kvUsage: 0.5 });
    const state = w.decide();
    const why = reasons(state);
    expect(ids(why.candidates)).toEqual(['ns/p0', 'ns/p1', 'ns/p2', 'ns/p3']);
    expect(why.filters.map(({ plugin, kept }) => [plugin, ids(kept)])).toEqual([
      ['utilization-detector', ['ns/p0', 'ns/p1', 'ns/p3']],
    ]);
    expect(why.scorers).toEqual([
      { plugin: 'queue-scorer', weight: 2, scores: [1, 0, 1] },
      { plugin: 'kv-cache-utilization-scorer', weight: 0.5, scores: [0.5, 0.75, 0.5] },
    ]);
    expect(why.totals).toEqual([2.25, 0.375, 2.25]);
    expect(ids(why.best)).toEqual(['ns/p0', 'ns/p3']);
    expect(ids(why.best)).toContain(picked(state));
  });

  it('only when asked to', () => {
    const { picker, scrape } = world(BUILT_IN, 2);
    scrape(0, {});
    const state = picker.open(request());
    picker.admit(state, 0);
    picker.produce(state, 0);
    picker.schedule(state, 0);
    expect(state.results.map((result) => result.reasons)).toEqual([undefined]);
  });

  it('cuts scores to 0..1 before the weight', () => {
    const w = world(BUILT_IN, 1);
    w.scrape(0, { kvUsage: 1.5 });
    const why = reasons(w.decide());
    expect(why.scorers.map(({ scores }) => scores)).toEqual([[1], [-0.5], [0]]);
    expect(why.totals).toEqual([2]);
  });
});

describe('a request that cannot be served', () => {
  const roles = [{ 'llm-d.ai/role': 'prefill' }];

  it('is told so when there is no endpoint', () => {
    const { picker } = world(BUILT_IN, 0);
    const state = picker.open(request());
    picker.admit(state, 0);
    expect(picker.produce(state, 0)).toMatchObject({ http: 503, reason: 'rejected-no-endpoints' });
  });

  it('is told so when the filters leave nobody', () => {
    expect(() => world(GUIDES.disaggregated, 1, {}, roles).decide()).toThrow(/no endpoint is left/);
  });

  it('is turned away with 412 when it wants cached prompts only, and there is none', () => {
    const w = world(BUILT_IN, 1);
    const parts = { headers: { prefer: 'wait=1; If-Available' }, prompts: [w.prompt([1, 0, 64])] };
    expect(() => w.decide(parts)).toThrow(/no part of the prompt is cached/);
    w.send({ prompts: parts.prompts });
    expect(picked(w.decide(parts))).toBe('ns/p0');
  });

  it('is shed while the fleet is saturated, when its priority is below 0', () => {
    const w = world(BUILT_IN, 1);
    w.scrape(0, { waiting: 5 });
    expect(() => w.decide({ priority: -1 })).toThrow(/not admitted.*429/);
    expect(picked(w.decide({ priority: 0 }))).toBe('ns/p0');
  });
});

describe('the moments of a request', () => {
  it('come in order, each once', () => {
    const { picker } = world(BUILT_IN, 1);
    const state = picker.open(request());
    expect(() => picker.produce(state, 0)).toThrow(/after admission/);
    picker.admit(state, 0);
    expect(() => picker.admit(state, 0)).toThrow(/once/);
    expect(() => picker.schedule(state, 0)).toThrow(/follows/);
    picker.produce(state, 0);
    picker.schedule(state, 0);
    picker.schedule(state, 0);
    expect(() => picker.firstChunk(state, 0)).toThrow(/once/);
    picker.commit(state, 0);
    expect(() => picker.commit(state, 0)).toThrow(/once/);
    picker.firstChunk(state, 0);
    picker.end(state, 'natural', 0);
    picker.end(state, 'natural', 0);
    expect(state.phase).toBe('ended');
  });

  it('name the destination, IPv6 in brackets', () => {
    const { picker } = world(BUILT_IN, 0);
    picker.observeMembership({ added: [{ id: 'a', address: 'fd00::1', port: '80' }] }, 0);
    const state = picker.open(request());
    picker.admit(state, 0);
    picker.produce(state, 0);
    expect(picker.schedule(state, 0)).toMatchObject({ destination: '[fd00::1]:80' });
  });

  it('ask the in-flight counters of the endpoint that was there, also after it came back', () => {
    const w = world(GUIDES.disaggregated, 2, {}, [
      { 'llm-d.ai/role': 'prefill' },
      { 'llm-d.ai/role': 'decode' },
    ]);
    const state = w.send({ prompts: [w.prompt([1, 0, 640])] });
    const loads = (): unknown =>
      (w.picker.inspect('inflight-load-producer') as { requests: number }[]).map((load) => load?.requests);
    expect(loads()).toEqual([1, 1]);
    w.picker.observeMembership({ removed: ['ns/p1'] }, 1);
    w.picker.observeMembership({ added: [{ id: 'ns/p1', address: '10.0.0.1', port: '8000' }] }, 1);
    expect(loads()).toEqual([1, 0]);
    w.picker.end(state, 'natural', 2);
    expect(loads()).toEqual([0, 0]);
  });
});
