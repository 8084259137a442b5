import { describe, expect, it } from 'vitest';

import { invariant } from '../../../base/invariant.ts';
import { clockFor } from '../../../sim/events/clock.ts';
import { Fleet } from '../../../sim/fleet/fleet.ts';
import type { Flight } from '../../../sim/fleet/flight.ts';
import type { ClientInput, PoolInput, RunInput } from '../../../sim/fleet/run-input.ts';
import type { RunObserver } from '../../../sim/fleet/run-observer.ts';
import { REJECTED, type Router } from '../../../sim/fleet/router.ts';
import { CounterServer } from '../../support/counter-server.ts';
import { listedWorkload, type ListedRequest } from '../../support/listed-workload.ts';
import { PATIENT_CLIENT } from '../../support/fleet-parts.ts';

interface Setting {
  readonly requests: readonly ListedRequest[];
  readonly client?: Partial<ClientInput>;
  readonly until?: RunInput['until'];
  readonly limit?: number;
  readonly decisionSeconds?: number;
  readonly router?: Partial<Router>;
  readonly maxInput?: number;
}

/** Plays requests on one CounterServer: 1 s to the first token, 0.1 s for each further one. */
function play({
  requests,
  client,
  until = 'drained',
  limit = 1000,
  decisionSeconds = 0,
  router,
  maxInput,
}: Setting) {
  const clock = clockFor(3600);
  const { workload, endings } = listedWorkload(requests);
  const flights: Flight[] = [];
  const told: string[] = [];
  let offered = 0;
  let neverSent = 0;
  const observer: RunObserver = {
    offered: () => void offered++,
    ended: (flight) => void flights.push(flight),
    neverSent: () => void neverSent++,
    gaps: () => undefined,
    interval: () => undefined,
  };
  const pool = { name: 'one', replicas: 1 } as PoolInput;
  const input = {
    policy: 'test',
    seed: 1,
    workload,
    client: { ...PATIENT_CLIENT, ...client },
    pools: [pool],
    model: 'any',
    until,
    check: true,
  } as unknown as RunInput;
  let inFlight = 0;
  const fleet = new Fleet({
    input,
    clock,
    source: workload.open(1),
    observer,
    makeServer: (_, listener) => new CounterServer(listener, clock.ticks(1), clock.ticks(0.1), maxInput),
    makeRouter: () => ({
      decisionTicks: clock.ticks(decisionSeconds),
      arrive: () => (inFlight++, 0),
      firstChunk: (flight) => void told.push(`first ${flight.request.index}`),
      ended: (flight) => {
        inFlight--;
        told.push(`end ${flight.request.index}`);
      },
      nextTime: () => Infinity,
      advance: () => undefined,
      inFlight: () => inFlight,
      ...router,
    }),
  });
  const end = clock.seconds(fleet.run(clock.ticks(limit)));
  const statuses = Object.fromEntries(flights.map((flight) => [flight.request.index, flight.status]));
  const at = (index: number) => {
    const flight = flights.find((candidate) => candidate.request.index === index);
    const seconds = (ticks: number | undefined) => (ticks === undefined ? undefined : clock.seconds(ticks));
    return {
      arrival: seconds(flight?.firstArrival),
      started: seconds(flight?.started),
      first: seconds(flight?.firstToken),
      end: seconds(flight?.ended),
      attempt: flight?.attempt,
      output: flight?.producedTokens,
    };
  };
  return { statuses, at, told, end, offered, neverSent, endings, flights };
}

const request = (arrival: number, output = 1, input = 10): ListedRequest => ({ arrival, input, output });

describe('Fleet', () => {
  it('serves requests in order and tells when each thing happened', () => {
    const run = play({ requests: [request(0, 3), request(0.5, 1)] });
    expect(run.at(0)).toMatchObject({ arrival: 0, started: 0, first: 1, end: 1.2, output: 3 });
    expect(run.at(1)).toMatchObject({ arrival: 0.5, started: 1.2, first: 2.2, end: 2.2 });
    expect(run.told).toEqual(['first 0', 'end 0', 'first 1', 'end 1']);
    expect(run.end).toBe(2.2);
    expect([...run.endings.values()]).toEqual(['completed', 'completed']);
  });

  it('delivers a request after the time that the decision takes', () => {
    expect(play({ requests: [request(0)], decisionSeconds: 0.25 }).at(0)).toMatchObject({
      started: 0.25,
      first: 1.25,
    });
  });

  it('aborts a request whose client has given up, and enters it in no latency', () => {
    const run = play({ requests: [request(0), request(0)], client: { timeout: 1.5 } });
    expect(run.statuses).toEqual({ 0: 'completed', 1: 'timedOut' });
    expect(run.at(1).end).toBe(1.5);
    expect(run.end).toBe(1.5);
  });

  it('sends a timed-out request again as often as the client retries, its clock running from the first arrival', () => {
    const run = play({ requests: [request(0, 15), request(0)], client: { timeout: 2.9, retries: 1 } });
    expect(run.statuses).toEqual({ 0: 'completed', 1: 'completed' });
    expect(run.at(1)).toMatchObject({ arrival: 0, attempt: 2, end: 3.9 });
    expect(run.offered).toBe(2);
  });

  it('keeps requests beyond the cap at the client; their clock starts when they are sent', () => {
    const run = play({ requests: [request(0), request(0)], client: { maxInFlight: 1 } });
    expect(run.at(1)).toMatchObject({ arrival: 1, first: 2 });
  });

  it('fails requests beyond the connections at once', () => {
    const run = play({ requests: [request(0), request(0)], client: { maxConnections: 1 } });
    expect(run.neverSent).toBe(1);
    expect(run.endings.get(1)).toBe('failed');
  });

  it('shows an answer that is not streamed only when it is whole', () => {
    const run = play({ requests: [request(0, 5)], client: { streaming: false } });
    expect(run.at(0)).toMatchObject({ first: 1.4, end: 1.4 });
  });

  it('breaks off the share of answers that clients cancel, before they are whole', () => {
    const requests = Array.from({ length: 400 }, (_, k) => request(k * 10, 50));
    const run = play({ requests, client: { cancelShare: 0.25 }, limit: 5000 });
    const cancelled = run.flights.filter(({ status }) => status === 'cancelled');
    expect(cancelled.length).toBeGreaterThan(70);
    expect(cancelled.length).toBeLessThan(130);
    for (const { producedTokens } of cancelled) expect(producedTokens).toBeLessThan(50);
  });

  it('counts what is in flight at the limit, or at the last arrival, as unfinished', () => {
    const requests = [request(0), request(0.5), request(0.8)];
    expect(play({ requests, limit: 1.5 }).statuses).toEqual({
      0: 'completed',
      1: 'unfinished',
      2: 'unfinished',
    });
    expect(play({ requests, until: 'last-arrival' }).statuses).toEqual({
      0: 'unfinished',
      1: 'unfinished',
      2: 'unfinished',
    });
  });

  it('names the event behind which an invariant is broken', () => {
    let events = 0;
    const check = () => invariant(++events < 3, 'the law of this test', { events });
    // An arrival, the first token, the second one.
    expect(() => play({ requests: [request(0.5, 3)], router: { check } })).toThrow(
      'invariant broken: the law of this test {"events":3}, after the engine event at 1.6 s',
    );
    expect(events).toBe(3);
  });

  it('counts rejections by the router and by the replica', () => {
    const rejecting = play({ requests: [request(0)], router: { arrive: () => REJECTED, inFlight: () => 0 } });
    expect(rejecting.statuses).toEqual({ 0: 'rejected' });
    const tooLong = play({ requests: [request(0, 1, 100), request(0)], maxInput: 100 });
    expect(tooLong.statuses).toEqual({ 0: 'rejected', 1: 'completed' });
    expect(tooLong.flights[0]?.reason).toBe('input too long');
  });
});
