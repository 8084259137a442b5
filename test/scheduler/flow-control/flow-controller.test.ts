import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { AdmissionOutcome } from '../../../scheduler/admission.ts';
import { tryLoadConfig } from '../../../scheduler/config/load-config.ts';
import { EndpointPicker } from '../../../scheduler/endpoint-picker.ts';
import { NO_METRICS } from '../../../scheduler/metrics.ts';
import type { RequestState } from '../../../scheduler/request-state.ts';
import { request } from '../policies/support.ts';

/** Flow control over one endpoint whose scrape says how busy it is: waiting = 5 is saturation 1. */
function gate(settings = '', endpoints = 1): EndpointPicker {
  const { config, problems } = tryLoadConfig(
    `apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
featureGates: [flowControl]
plugins:
- {type: queue-scorer}
- {type: round-robin-fairness-policy}
- {type: utilization-detector, parameters: {metricsStalenessThreshold: 24h}}
schedulingProfiles:
- {name: default, plugins: [{pluginRef: queue-scorer}]}
flowControl:
  saturationDetector: {pluginRef: utilization-detector}
  defaultRequestTTL: 2s
${settings}`,
    {},
  );
  if (config === undefined) throw new Error(JSON.stringify(problems));
  const picker = new EndpointPicker(config, { seed: 1 });
  for (let i = 0; i < endpoints; i++)
    picker.observeMembership({ added: [{ id: `ns/p${i}`, address: `10.0.0.${i}`, port: '80' }] }, 0);
  busy(picker, 0);
  return picker;
}

function busy(picker: EndpointPicker, waiting: number): void {
  picker.observeMetrics('ns/p0', { ...NO_METRICS, waiting, updatedAt: 0 });
}

function arrive(
  picker: EndpointPicker,
  now: number,
  parts: Parameters<typeof request>[0] = {},
): [RequestState, string] {
  const state = picker.open(request({ receivedAt: now, ...parts }));
  const admission = picker.admit(state, now);
  return [state, admission.kind === 'rejected' ? `${admission.http} ${admission.reason}` : admission.kind];
}

const ids = (outcomes: readonly AdmissionOutcome[]): string[] =>
  outcomes.map(({ state, admission }) =>
    admission.kind === 'admitted'
      ? state.request.id
      : `${state.request.id} ${admission.http} ${admission.reason}`,
  );

describe('flow control', () => {
  it('lets a request through at once while the fleet has room', () => {
    const picker = gate();
    expect(arrive(picker, 0)[1]).toBe('admitted');
    expect(picker.advance(0).next).toBe(Infinity);
  });

  it('keeps requests while the fleet is saturated, then lets one through per millisecond', () => {
    const picker = gate();
    busy(picker, 5);
    expect(arrive(picker, 0.0102, { id: 'a' })[1]).toBe('queued');
    expect(arrive(picker, 0.0104, { id: 'b' })[1]).toBe('queued');
    expect(picker.advance(0.0105)).toEqual({ next: 0.011, outcomes: [] });
    expect(ids(picker.advance(0.011).outcomes)).toEqual([]);
    busy(picker, 4);
    expect(ids(picker.advance(0.0115).outcomes)).toEqual([]);
    expect(ids(picker.advance(0.012).outcomes)).toEqual(['a']);
    expect(ids(picker.advance(0.0125).outcomes)).toEqual([]);
    const last = picker.advance(0.013);
    expect([ids(last.outcomes), last.next]).toEqual([['b'], Infinity]);
  });

  it('gives the cycle of an arrival to whoever is first', () => {
    const picker = gate();
    busy(picker, 5);
    arrive(picker, 0, { id: 'old' });
    busy(picker, 0);
    expect(arrive(picker, 0.0001, { id: 'new' })[1]).toBe('queued');
    expect(ids(picker.advance(0.0002).outcomes)).toEqual(['old']);
    expect(ids(picker.advance(0.001).outcomes)).toEqual(['new']);
  });

  it('serves the highest priority first, and no lower one before it', () => {
    const picker = gate();
    busy(picker, 5);
    for (const [id, priority] of [
      ['low', -1],
      ['normal', 0],
      ['high', 7],
    ] as const)
      arrive(picker, 0, { id, priority });
    busy(picker, 0);
    const order: string[] = [];
    for (let ms = 1; ms <= 3; ms++) order.push(...ids(picker.advance(ms / 1000).outcomes));
    expect(order).toEqual(['high', 'normal', 'low']);
  });

  it('takes flows in turn where the band says so', () => {
    const picker = gate('  priorityBands: [{priority: 0, fairnessPolicyRef: round-robin-fairness-policy}]');
    busy(picker, 5);
    for (const id of ['a1', 'a2', 'a3', 'b1', 'b2']) arrive(picker, 0, { id, fairnessId: id.slice(0, 1) });
    busy(picker, 0);
    const order: string[] = [];
    for (let ms = 1; ms <= 5; ms++) order.push(...ids(picker.advance(ms / 1000).outcomes));
    expect(order).toEqual(['a1', 'b1', 'a2', 'b2', 'a3']);
  });

  it('turns requests away beyond its capacity, by count and by bytes', () => {
    const picker = gate('  maxRequests: "2"\n  priorityBands: [{priority: 0, maxBytes: "100"}]');
    busy(picker, 5);
    expect(arrive(picker, 0, { bytes: 60 })[1]).toBe('queued');
    expect(arrive(picker, 0, { bytes: 60 })[1]).toBe('429 rejected-saturated');
    expect(arrive(picker, 0, { bytes: 40 })[1]).toBe('queued');
    expect(arrive(picker, 0, { priority: 3 })[1]).toBe('429 rejected-saturated');
  });

  it('turns a request away that has waited too long, and frees its place at the next sweep', () => {
    const picker = gate('  maxRequests: "1"');
    busy(picker, 5);
    arrive(picker, 0.5, { id: 'a' });
    expect(ids(picker.advance(2.499).outcomes)).toEqual([]);
    expect(ids(picker.advance(2.5).outcomes)).toEqual(['a 429 rejected-ttl-expired']);
    expect(arrive(picker, 2.6)[1]).toBe('429 rejected-saturated');
    picker.advance(3);
    expect(arrive(picker, 3.1)[1]).toBe('queued');
  });

  it('says that there is no endpoint where there is none', () => {
    const picker = gate('  maxRequests: "1"\n  noEndpointRequestTTL: 1s', 0);
    arrive(picker, 0, { id: 'a' });
    expect(arrive(picker, 0)[1]).toBe('503 rejected-no-endpoints');
    expect(ids(picker.advance(1).outcomes)).toEqual(['a 503 rejected-no-endpoints']);
  });

  it('lets every request that was queued go exactly once', () => {
    const met = { admitted: 0, expired: 0, gone: 0 };
    const step = fc.record({
      wait: fc.integer({ min: 0, max: 900 }),
      op: fc.constantFrom('arrive', 'arrive', 'leave', 'load'),
      priority: fc.integer({ min: -1, max: 1 }),
      flow: fc.constantFrom('a', 'b'),
      load: fc.constantFrom(0, 5),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const picker = gate();
        const open = new Set<RequestState>();
        let now = 0;
        const run = (): void => {
          for (const { state, admission } of picker.advance(now).outcomes) {
            expect(open.delete(state)).toBe(true);
            met[admission.kind === 'admitted' ? 'admitted' : 'expired']++;
          }
        };
        for (const { wait, op, priority, flow, load } of steps) {
          now += wait / 1000;
          run();
          if (op === 'load') busy(picker, load);
          if (op === 'arrive') {
            const [state, kind] = arrive(picker, now, { priority, fairnessId: flow });
            if (kind === 'queued') open.add(state);
          }
          const [first] = open;
          if (op === 'leave' && first !== undefined) {
            open.delete(first);
            picker.end(first, 'client-disconnect', now);
            met.gone++;
          }
        }
        busy(picker, 0);
        for (let i = 0; i < 200 && open.size > 0; i++) {
          now += 0.001;
          run();
        }
        expect(open.size).toBe(0);
        expect(picker.advance(now + 1).next).toBe(Infinity);
      }),
      { numRuns: 300 },
    );
    for (const count of Object.values(met)) expect(count).toBeGreaterThan(0);
  });
});
