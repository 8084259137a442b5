import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Content } from '../../../sim/workload/content/content.ts';
import { loadSchema } from '../../../sim/workload/load/load.ts';
import { messageOf } from '../../support/scenario-text.ts';
import { open, prompts, randoms, sessions } from './loaded.ts';
import { play, type Played } from './play.ts';

/** Most requests that were in flight at once. */
const mostInFlight = (played: readonly Played[]): number =>
  Math.max(
    ...played.map(
      ({ request: { arrival } }) =>
        played.filter((other) => other.request.arrival <= arrival && other.end > arrival).length,
    ),
  );

describe('an open loop', () => {
  it('plays generated times, rate_scale times as fast, whatever the servers do', () => {
    const content = randoms({ requests: 400, rate: 5 });
    const slow = play(open(content, { rate_scale: 1 }), () => 1000).map(({ request }) => request.arrival);
    const fast = play(open(content, { rate_scale: 4 }), () => 0.01).map(({ request }) => request.arrival);
    expect(slow.length).toBe(400);
    expect(fast).toEqual(slow.map((arrival) => arrival / 4));
    expect(slow.at(-1)).toBeGreaterThan(60);
    expect(slow.at(-1)).toBeLessThan(100);
  });

  it('knows its last arrival and its count beforehand where nothing waits', () => {
    for (const arrival of ['poisson', 'even'] as const) {
      const source = open(randoms({ requests: 50, rate: 5, arrival }), { rate_scale: 2 });
      const { lastArrival, count } = source;
      const played = play(source);
      expect(count).toBe(played.length);
      expect(lastArrival).toBe(played.at(-1)?.request.arrival);
      expect(source.closedLoop).toBe(false);
    }
  });

  it('lets a session’s turns follow the end of the turn before', () => {
    const played = play(open(sessions({ num_sessions: 40, rate: 2 }), undefined), () => 3);
    const ends = new Map<string, number>();
    let followed = 0;
    for (const { request, end } of played) {
      const before = ends.get(request.session ?? '');
      if (before !== undefined) {
        followed++;
        expect(request.arrival).toBeCloseTo(before + 2, 9);
      }
      expect(before === undefined).toBe(request.turn === 0);
      ends.set(request.session ?? '', end);
    }
    expect(ends.size).toBe(40);
    expect(followed).toBeGreaterThan(40);
  });

  it('ends a session whose turn was not answered', () => {
    const all = play(open(sessions({ num_sessions: 40, rate: 2 }), undefined));
    const refused = play(open(sessions({ num_sessions: 40, rate: 2 }), undefined), undefined, ({ turn }) =>
      turn === 1 ? 'timedOut' : 'completed',
    );
    expect(Math.max(...refused.map(({ request }) => request.turn ?? 0))).toBe(1);
    expect(refused.length).toBeLessThan(all.length);
  });

  it('stops after the first requests, the same ones however long they take', () => {
    const content = sessions({ num_sessions: 40, rate: 2 });
    const ids = (service: number): string[] =>
      play(open(content, undefined, { requests: 31 }), () => service)
        .map(({ request }) => request.id)
        .sort();
    expect(ids(1).length).toBe(31);
    expect(ids(1)).toEqual(ids(40));
    const single = play(open(randoms({ rate: 3 }), undefined, { requests: 31 }));
    expect(single.length).toBe(31);
  });
});

describe('a closed loop', () => {
  it('keeps so many in flight until so many are sent', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 60 }),
        (concurrency, requests) => {
          const source = open(randoms(), { closed_loop: { concurrency, requests } });
          const played = play(source, ({ index }) => 1 + (index % 3));
          expect(source.closedLoop).toBe(true);
          expect(played.length).toBe(requests);
          expect(source.count).toBe(requests);
          expect(mostInFlight(played)).toBe(Math.min(concurrency, requests));
          const starts = played.slice(concurrency).map(({ request }) => request.arrival);
          const ends = new Set(played.map(({ end }) => end));
          expect(starts.every((start) => ends.has(start))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('plays a source once, or walks a list again when it runs out', () => {
    expect(play(open(randoms({ requests: 17 }), { closed_loop: { concurrency: 4 } })).length).toBe(17);
    expect(play(open(prompts, { closed_loop: { concurrency: 4 } })).length).toBe(6);
    const walked = play(open(prompts, { closed_loop: { concurrency: 1, requests: 15 } }));
    const lengthsOf = walked.map(({ request }) => JSON.stringify(request.prompt.keys(16)));
    expect(lengthsOf.slice(6, 12)).toEqual(lengthsOf.slice(0, 6));
    expect(new Set(lengthsOf).size).toBe(6);
  });

  it('sends all of them even when sessions break off', () => {
    let broken = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 50 }),
        fc.nat(),
        (concurrency, requests, seed) => {
          const source = open(sessions(), { closed_loop: { concurrency, requests } }, { seed });
          const played = play(source, undefined, ({ index }) => {
            const fails = index % 7 === 3;
            if (fails) broken++;
            return fails ? 'failed' : 'completed';
          });
          expect(played.length).toBe(requests);
          expect(new Set(played.map(({ request }) => request.index)).size).toBe(requests);
          expect(mostInFlight(played)).toBeLessThanOrEqual(concurrency);
        },
      ),
      { numRuns: 100 },
    );
    expect(broken).toBeGreaterThan(100);
  });

  it('gives back what a session that broke off has not played, to all clients who wait', () => {
    const firstIsLong: Content = {
      ...prompts,
      multiTurn: true,
      open: (place) => {
        const reader = prompts.open(place);
        return {
          conversation: (index) => ({
            turns: index === 0 ? 4 : 1,
            draft: () => reader.conversation(index).draft(0),
            pause: () => 0,
          }),
        };
      },
    };
    const source = open(firstIsLong, { closed_loop: { concurrency: 2, requests: 4 } });
    const played = play(source, undefined, ({ index }) => (index === 0 ? 'failed' : 'completed'));
    expect(played.map(({ request: { index, arrival } }) => [index, arrival])).toEqual([
      [0, 0],
      [4, 1],
      [5, 1],
      [6, 2],
    ]);
  });
});

describe('what does not go together is said', () => {
  it.each([
    ['a list without times in an open loop', () => open(prompts, { rate_scale: 1 }), 'E_LOAD_TIMES'],
    ['a generator without a rate', () => open(randoms({ requests: 5 }), undefined), 'E_LOAD_TIMES'],
    ['a generator without an end', () => open(randoms({ rate: 5 }), undefined), 'E_LOAD_ENDLESS'],
    [
      'a closed loop without an end',
      () => open(randoms(), { closed_loop: { concurrency: 2 } }),
      'E_LOAD_ENDLESS',
    ],
    [
      'more requests than there are',
      () => open(randoms({ requests: 5 }), { closed_loop: { concurrency: 2, requests: 6 } }),
      'E_LOAD_REQUESTS',
    ],
    [
      'rates for sessions',
      () => open(sessions(), { stages: [{ rate: 2, duration: '5s' }] }),
      'E_LOAD_SESSIONS',
    ],
  ])('%s', (_, work, code) => {
    expect(messageOf(work)).toContain(code);
  });

  it.each([
    [{}, 'exactly one of rate_scale, closed_loop, stages'],
    [{ rate_scale: 1, closed_loop: { concurrency: 1 } }, 'exactly one of'],
    [{ rate_scale: 1, arrival: 'even' }, 'belong to stages'],
    [{ stages: [{ rate: 1 }] }, 'either rate and duration or concurrency and requests'],
    [
      { stages: [{ rate: 1, duration: '5s', requests: 3 }] },
      'either rate and duration or concurrency and requests',
    ],
    [{ stages: [{ rate: 0.1, duration: '9s' }] }, 'rate x duration is less than 1'],
    [{ stages: [{ rate: 1, duration: '9 moons' }] }, 'must be a duration'],
    [{ stages: [] }, 'Too small'],
  ])('%j', (spec, message) => {
    expect(loadSchema.safeParse(spec).error?.message).toContain(message);
  });
});
