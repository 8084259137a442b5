import { describe, expect, it } from 'vitest';

import { ParameterReader } from '../../../scheduler/config/parameter-reader.ts';
import type {
  EvictionCandidate,
  EvictionFilter,
  EvictionOrder,
  FairnessPolicy,
  QueuedItem,
} from '../../../scheduler/flow-control/flow-policies.ts';
import { FlowQueues } from '../../../scheduler/flow-control/flow-queues.ts';
import type { PluginContext, PluginType } from '../../../scheduler/plugin-type.ts';
import type { Plugin, PreRequest, ResponseBody } from '../../../scheduler/plugin.ts';
import { PLUGIN_TYPES } from '../../../scheduler/registry.ts';
import { RequestState } from '../../../scheduler/request-state.ts';
import { endpoints, request } from '../policies/support.ts';

function made<P extends Plugin>(type: string): P {
  const plugin: PluginType | undefined = PLUGIN_TYPES.get(type);
  if (plugin === undefined) throw new Error(`no ${type}`);
  const reader = new ParameterReader(undefined, { file: 'x' }, type, []);
  return plugin.prepare(type, reader).create({ name: type } as PluginContext) as P;
}

function item(flow: string, enqueuedAt: number): QueuedItem {
  return { id: `${flow}${enqueuedAt}`, flow, enqueuedAt, receivedAt: enqueuedAt, ttl: 0, headers: {} };
}

describe('program-aware-fairness', () => {
  const serve = (
    policy: PreRequest & ResponseBody,
    flow: string,
    input: number,
    output: number,
    at: number,
  ): void => {
    const state = new RequestState(request());
    state.flow = flow;
    state.inputTokens = input;
    state.outputTokens = output;
    policy.preRequest(state, new Map(), at);
    policy.end(state, 'natural', at);
  };
  const setUp = () => {
    const policy = made<FairnessPolicy & PreRequest & ResponseBody>('program-aware-fairness');
    return { policy, band: new FlowQueues<QueuedItem>(policy, made('fcfs-ordering-policy')) };
  };

  it('serves the flow that has had the least, counting output twice', () => {
    const { policy, band } = setUp();
    serve(policy, 'a', 100, 60, 0); // 220
    serve(policy, 'b', 200, 5, 0); // 210
    for (const flow of ['a', 'b']) band.add(item(flow, 1));
    expect(band.take(1)?.flow).toBe('b');
  });

  it('weighs service 0.8 against 0.2 for the age of the first item', () => {
    const { policy, band } = setUp();
    serve(policy, 'a', 100, 0, 0);
    serve(policy, 'b', 90, 0, 0);
    serve(policy, 'c', 0, 0, 0);
    // norm(service) 1, 0.9, 0; norm(wait) 1, 0, 0.5: scores 0.2, 0.08, 0.9.
    for (const [flow, at] of [
      ['a', 0],
      ['b', 2],
      ['c', 1],
    ] as const)
      band.add(item(flow, at));
    expect(band.take(2)?.flow).toBe('c');
    // Now between a and b alone: norm(service) 1, 0; norm(wait) 1, 0: scores 0.2, 0.8.
    expect(band.take(2)?.flow).toBe('b');
  });

  it('lets service fade by half a minute by minute, while nothing of a flow is queued or running', () => {
    const { policy, band } = setUp();
    serve(policy, 'a', 1000, 0, 0);
    serve(policy, 'b', 400, 0, 0);
    for (const flow of ['a', 'b']) band.add(item(flow, 0));
    band.take(0);
    band.take(0);
    // b is running from here on, a rests for two minutes: 1000 / 4 = 250 against 400.
    const running = new RequestState(request());
    running.flow = 'b';
    policy.preRequest(running, new Map(), 0);
    band.take(120);
    for (const flow of ['a', 'b']) band.add(item(flow, 120));
    expect(band.take(120)?.flow).toBe('a');
  });
});

describe('eviction', () => {
  const [endpoint] = endpoints(1);
  const candidate = (priority: number, dispatchedAt: number): EvictionCandidate => {
    if (endpoint === undefined) throw new Error('no endpoint');
    return { priority, dispatchedAt, endpoint };
  };

  it('spares requests that may not be shed', () => {
    const filter = made<EvictionFilter>('sheddable-eviction-filter');
    expect([-5, -1, 0, 3].map((priority) => filter.mayEvict(candidate(priority, 0)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('takes the lowest priority first, of equal ones the newest', () => {
    const order = made<EvictionOrder>('priority-then-time-eviction-order-policy');
    const sorted = [candidate(-1, 1), candidate(-2, 1), candidate(-2, 5), candidate(-1, 9)].sort((a, b) =>
      order.evictedBefore(a, b) ? -1 : 1,
    );
    expect(sorted.map(({ priority, dispatchedAt }) => [priority, dispatchedAt])).toEqual([
      [-2, 5],
      [-2, 1],
      [-1, 9],
      [-1, 1],
    ]);
  });
});
