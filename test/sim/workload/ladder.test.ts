import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { open, prompts } from './loaded.ts';
import { play } from './play.ts';

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
