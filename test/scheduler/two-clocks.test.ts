import { expect, it } from 'vitest';

import type { InFlightLoad } from '../../scheduler/attributes.ts';
import { loadConfig } from '../../scheduler/config/load-config.ts';
import { EndpointPicker } from '../../scheduler/endpoint-picker.ts';
import { NO_METRICS } from '../../scheduler/metrics.ts';
import type { RequestState } from '../../scheduler/request-state.ts';
import { request } from './policies/support.ts';

/** Queues, timers and random draws: two requests at once per endpoint, sessions that expire, ties. */
const CONFIG = loadConfig(
  `featureGates: [flowControl]
plugins:
- {type: concurrency-detector, parameters: {maxConcurrency: 2}}
- {type: session-affinity-scorer, parameters: {strategy: session_id, sessionIdConfig: {evictionTtlSeconds: 0.02, evictionSweepSeconds: 0.01}}}
- {type: active-request-scorer}
flowControl: {saturationDetector: {pluginRef: concurrency-detector}, defaultRequestTTL: 30s}
`,
  { allowExperimental: true },
);
const REQUESTS = 24;

/** What a host tells a picker, at which second; and what came of it. */
type Told = readonly [now: number, kind: 'arrive' | 'end' | 'advance' | 'scrape', index: number];

/** A host without a clock: `tell` says what happens when, `log` what the picker made of it. */
class Host {
  readonly picker = new EndpointPicker(CONFIG, { seed: 3 });
  readonly told: Told[] = [];
  readonly log: string[] = [];
  /** Requests that were sent and have not ended. */
  readonly running: number[] = [];
  private readonly states = new Map<number, RequestState>();

  constructor() {
    const added = ['a', 'b'].map((name) => ({ id: `ns/${name}`, address: name, port: '1' }));
    this.picker.observeMembership({ added }, 0);
  }

  /** Returns when the picker wants to be called. */
  tell(now: number, kind: Told[1], index = 0): number {
    this.told.push([now, kind, index]);
    const { picker } = this;
    if (kind === 'scrape') picker.observeMetrics('ns/a', { ...NO_METRICS, running: index, updatedAt: now });
    if (kind === 'arrive') {
      const headers = { 'x-session-id': `s${index % 5}` };
      const state = picker.open(request({ id: `r${index}`, headers, receivedAt: now }));
      this.states.set(index, state);
      if (picker.admit(state, now).kind === 'admitted') this.send(state, now);
    }
    if (kind === 'end') {
      const state = this.states.get(index);
      if (state !== undefined) picker.end(state, 'natural', now);
      this.running.splice(this.running.indexOf(index), 1);
    }
    const { next, outcomes } = picker.advance(now);
    for (const { state, admission } of outcomes) {
      if (admission.kind === 'admitted') this.send(state, now);
      else this.log.push(`${state.request.id} ${admission.reason}`);
    }
    return next;
  }

  private send(state: RequestState, now: number): void {
    this.picker.produce(state, now);
    const decision = this.picker.schedule(state, now);
    if (decision.kind === 'rejected') throw new Error(decision.message);
    this.picker.commit(state, now);
    this.log.push(`${state.request.id} ${decision.destination}`);
    this.running.push(Number(state.request.id.slice(1)));
  }
}

/** Lets it all happen in real time: a request every 2 ms, each served for 7 ms. */
function playForReal(): Promise<Host> {
  const host = new Host();
  const start = performance.now();
  const now = (): number => (performance.now() - start) / 1000;
  let alarm: NodeJS.Timeout | undefined;
  return new Promise((resolve) => {
    const seen = new Set<number>();
    const tell = (kind: Told[1], index?: number): void => {
      const next = host.tell(now(), kind, index);
      clearTimeout(alarm);
      if (next < Infinity) alarm = setTimeout(() => tell('advance'), Math.max(0, 1000 * (next - now())));
      for (const sent of host.running.filter((one) => !seen.has(one))) {
        seen.add(sent);
        setTimeout(() => tell('end', sent), 7);
      }
      if (host.log.length === REQUESTS && host.running.length === 0 && next === Infinity) resolve(host);
    };
    for (let i = 0; i < REQUESTS; i++) setTimeout(() => tell('arrive', i), 2 * i);
    for (let i = 0; i < 5; i++) setTimeout(() => tell('scrape', i), 9 * i);
  });
}

it('a picker does the same under a wall clock and when told the same instants', async () => {
  const real = await playForReal();
  expect(new Set(real.log.map((line) => line.split(' ')[0]))).toEqual(
    new Set(Array.from({ length: REQUESTS }, (_, i) => `r${i}`)),
  );
  expect(new Set(real.log.map((line) => line.split(' ')[1]))).toEqual(new Set(['a:1', 'b:1']));
  const loads = real.picker.inspect('inflight-load-producer') as InFlightLoad[];
  expect(loads).toEqual([
    { requests: 0, tokens: 0 },
    { requests: 0, tokens: 0 },
  ]);

  const replayed = new Host();
  for (const told of real.told) replayed.tell(...told);
  expect(replayed.log).toEqual(real.log);
});
