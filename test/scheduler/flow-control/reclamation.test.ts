import { describe, expect, it } from 'vitest';

import { Reclamation, type BandDemand } from '../../../scheduler/flow-control/reclamation.ts';
import { RequestState } from '../../../scheduler/request-state.ts';
import { endpoints, request } from '../policies/support.ts';

/** A running request, and who counts it. */
function run(reclamation: Reclamation, id: string, priority: number, now = 0): RequestState {
  const [endpoint] = endpoints(1);
  if (endpoint === undefined) throw new Error('there is one');
  const state = new RequestState(request({ id, priority }));
  reclamation.dispatched(state, endpoint, now);
  return state;
}

const waiting = (priority: number, ceiling = 1, length = 1): BandDemand => ({ priority, ceiling, length });
const ids = (states: readonly RequestState[]): string[] => states.map(({ request: { id } }) => id);

describe('how many running requests are broken off', () => {
  it.each([
    // Each counts for saturation / running: 0.2; the deficit is 0.2.
    ['a small deficit', 6, 0, 1.2, 1],
    // 0.5 each, a deficit of 1.
    ['as many as two', 4, 0, 2, 2],
    ['never more than two', 4, 0, 8, 2],
    ['no more than may be', 1, 3, 2, 1],
    ['at the ceiling itself one', 5, 0, 1, 1],
    ['none where all are of value', 0, 4, 2, 0],
  ])('%s', (_, sheddable, others, saturation, expected) => {
    const reclamation = new Reclamation(0.01);
    for (let i = 0; i < sheddable; i++) run(reclamation, `s${i}`, -1, i);
    for (let i = 0; i < others; i++) run(reclamation, `o${i}`, 0, i);
    expect(reclamation.reclaim(saturation, [waiting(0)], 9)).toHaveLength(expected);
  });
});

describe('which running requests are broken off', () => {
  it('the lowest priority first, of equal ones the newest', () => {
    const reclamation = new Reclamation(0);
    run(reclamation, 'old', -1, 0);
    run(reclamation, 'new', -1, 1);
    run(reclamation, 'low', -5, 0.5);
    expect(ids(reclamation.reclaim(3, [waiting(0)], 2))).toEqual(['low', 'new']);
  });

  it('only for a request of higher priority, also the second of a decision', () => {
    const reclamation = new Reclamation(0);
    run(reclamation, 'a', -3);
    run(reclamation, 'b', -1);
    expect(reclamation.reclaim(4, [waiting(-3)], 1)).toEqual([]);
    expect(ids(reclamation.reclaim(4, [waiting(-1)], 1))).toEqual(['a']);
  });

  it('for the highest band that somebody waits in and that more room would open', () => {
    const reclamation = new Reclamation(0);
    for (let i = 0; i < 10; i++) run(reclamation, `s${i}`, -9);
    // Nobody waits in the first; the second is closed whatever the load; the third is open.
    const bands = [waiting(2, 1, 0), waiting(1, 0), waiting(0, 2), waiting(-2, 0.95)];
    expect(reclamation.reclaim(1.05, bands.slice(0, 3), 1)).toEqual([]);
    expect(reclamation.reclaim(1.05, bands, 1)).toHaveLength(1);
  });

  it('not one that has ended meanwhile', () => {
    const reclamation = new Reclamation(0);
    const states = ['a', 'b'].map((id, i) => run(reclamation, id, -1, i));
    for (const state of states.slice(1)) reclamation.ended(state, 2);
    expect(ids(reclamation.reclaim(2, [waiting(0)], 3))).toEqual(['a']);
  });
});

describe('when running requests are broken off again', () => {
  it('once all of the last have ended and the grace has passed', () => {
    const reclamation = new Reclamation(0.25);
    for (let i = 0; i < 6; i++) run(reclamation, `s${i}`, -1, i);
    const decide = (now: number): RequestState[] => reclamation.reclaim(3, [waiting(0)], now);
    const [first, second] = decide(10);
    expect(decide(10.001)).toEqual([]);
    if (first !== undefined) reclamation.ended(first, 10.1);
    expect(decide(10.5)).toEqual([]);
    if (second !== undefined) reclamation.ended(second, 10.5);
    expect(decide(10.7)).toEqual([]);
    expect(decide(10.75)).toHaveLength(2);
  });

  it('and after ten seconds without an end, and the grace', () => {
    const reclamation = new Reclamation(0.25);
    for (let i = 0; i < 6; i++) run(reclamation, `s${i}`, -1, i);
    const decide = (now: number): RequestState[] => reclamation.reclaim(3, [waiting(0)], now);
    const [stuck] = decide(10);
    expect(decide(19.99)).toEqual([]);
    expect(decide(20)).toEqual([]);
    // The end comes late and is of no account.
    if (stuck !== undefined) reclamation.ended(stuck, 20.2);
    expect(decide(20.25)).toHaveLength(2);
  });

  it('remembers only who runs', () => {
    const reclamation = new Reclamation(0);
    for (let i = 0; i < 500; i++) reclamation.ended(run(reclamation, `s${i}`, -1, i), i);
    expect(reclamation.inspect()).toEqual({
      running: 0,
      evictable: 0,
      outstanding: 0,
      remembered: expect.any(Number),
    });
    expect(reclamation.inspect().remembered).toBeLessThan(70);
  });
});
