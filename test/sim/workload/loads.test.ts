import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Content } from '../../../sim/workload/content/content.ts';
import { randomContent, randomSchema } from '../../../sim/workload/content/random-lengths.ts';
import { sessionsContent, sessionsSchema } from '../../../sim/workload/content/sessions.ts';
import { sharedPrefixContent, sharedPrefixSchema } from '../../../sim/workload/content/shared-prefix.ts';
import { loadOf, loadSchema, type LoadSpec } from '../../../sim/workload/load/load.ts';
import { makeWorkload } from '../../../sim/workload/make-workload.ts';
import type { RequestSource } from '../../../sim/workload/request.ts';
import { messageOf } from '../../support/scenario-text.ts';
import { play, type Played } from './play.ts';

const lengths = { input_len: 100, output_len: 10 };
const prompts = sharedPrefixContent(
  sharedPrefixSchema.parse({
    num_groups: 3,
    num_prompts_per_group: 2,
    system_prompt_len: 64,
    question_len: 16,
    output_len: 5,
  }),
);
const sessions = (spec: object = {}): ReturnType<typeof sessionsContent> =>
  sessionsContent(
    sessionsSchema.parse({
      system_prompt_len: 100,
      turns_per_session: { type: 'uniform', min: 1, max: 6 },
      input_tokens_per_turn: 20,
      output_tokens_per_turn: 10,
      think_time: '2s',
      ...spec,
    }),
  );
const randoms = (spec: object = {}): ReturnType<typeof randomContent> =>
  randomContent(randomSchema.parse({ ...lengths, ...spec }));

const open = (
  content: ReturnType<typeof randomContent>,
  load: unknown,
  { seed = 1, requests }: { seed?: number; requests?: number } = {},
): RequestSource => {
  const spec: LoadSpec | undefined = load === undefined ? undefined : loadSchema.parse(load);
  return makeWorkload({ content, load: loadOf(spec), finish: 'eos', requests }).open(seed);
};

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

describe('a ladder', () => {
  const ladder = {
    stages: [
      { rate: 2.5, duration: '10s', warmup: true },
      { rate: 7, duration: '3s' },
      { concurrency: 3, requests: 11 },
      { rate: 2.5, duration: '2s' },
      { rate: 2.5, duration: '2s' },
    ],
    interval: '5s',
  };

  it.each(['poisson', 'constant', 'even'])(
    'sends exactly floor(rate x duration) in each stage (%s)',
    (arrival) => {
      fc.assert(
        fc.property(fc.nat(), fc.double({ min: 0.01, max: 9, noNaN: true }), (seed, service) => {
          const source = open(prompts, { ...ladder, arrival }, { seed });
          const played = play(source, () => service);
          const sent = (source.stages ?? []).map(
            (_, stage) => played.filter(({ request }) => request.stage === stage).length,
          );
          expect(sent).toEqual([25, 21, 11, 5, 5]);
          expect(source.count).toBe(67);
          for (let stage = 1; stage < 5; stage++) {
            const before = played.filter(({ request }) => request.stage === stage - 1);
            const start = Math.max(...before.map(({ end }) => end)) + 5;
            const first = Math.min(
              ...played
                .filter(({ request }) => request.stage === stage)
                .map(({ request }) => request.arrival),
            );
            expect(first).toBeGreaterThanOrEqual(start - 1e-9);
            if (arrival === 'even' || stage === 2) expect(first).toBeCloseTo(start, 9);
          }
        }),
        { numRuns: 25 },
      );
    },
  );

  it('names its stages, each once', () => {
    const { stages, closedLoop } = open(prompts, ladder);
    expect(stages).toEqual([
      { name: 'warm-up 2.5', warmup: true, rate: 2.5, duration: 10 },
      { name: '7', warmup: false, rate: 7, duration: 3 },
      { name: '3', warmup: false, concurrency: 3 },
      { name: '2.5', warmup: false, rate: 2.5, duration: 2 },
      { name: '2.5 (2)', warmup: false, rate: 2.5, duration: 2 },
    ]);
    expect(closedLoop).toBe(false);
    expect(open(prompts, { stages: [{ concurrency: 3, requests: 11 }] }).closedLoop).toBe(true);
  });

  it('starts the list of prompts anew at each stage', () => {
    const played = play(open(prompts, ladder));
    const keysOf = (stage: number): string[] =>
      played
        .filter(({ request }) => request.stage === stage)
        .map(({ request }) => JSON.stringify(request.prompt.keys(16)));
    expect(keysOf(1).slice(0, 5)).toEqual(keysOf(3));
    expect(keysOf(2).slice(0, 6)).toEqual(keysOf(0).slice(0, 6));
    expect(keysOf(0).slice(6, 12)).toEqual(keysOf(0).slice(0, 6));
  });

  it('stops in the middle when only the first requests are played', () => {
    const played = play(open(prompts, ladder, { requests: 30 }));
    expect(played.map(({ request }) => request.stage)).toEqual([
      ...Array<number>(25).fill(0),
      ...Array<number>(5).fill(1),
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
