import { describe, expect, it } from 'vitest';

import { sessionsContent, sessionsSchema } from '../../../sim/workload/content/sessions.ts';
import { makeWorkload } from '../../../sim/workload/make-workload.ts';
import type { Request } from '../../../sim/workload/request.ts';
import { play } from './play.ts';

const content = sessionsContent(
  sessionsSchema.parse({
    num_sessions: 200,
    rate: 2,
    system_prompt_len: 100,
    turns_per_session: { type: 'lognormal', mean: 3, std_dev: 2, min: 1, max: 8 },
    input_tokens_per_turn: { type: 'lognormal', mean: 50, std_dev: 50, min: 1, max: 400 },
    output_tokens_per_turn: 10,
  }),
);

function played(seed: number, jitter: number): Request[] {
  const source = makeWorkload({
    content,
    load: { kind: 'open', rateScale: 1 },
    finish: 'eos',
    replications: { contentSeed: 1, jitter },
  }).open(seed);
  return play(source, () => 0).map(({ request }) => request);
}

const shape = (requests: readonly Request[]): unknown[] =>
  requests.map(({ id, arrival, prompt }) => [id, arrival, prompt.length]);
const firsts = (requests: readonly Request[]): Request[] => requests.filter(({ turn }) => turn === 0);

describe('resampled traffic', () => {
  it('is the same for equal seeds and jitters, and other sessions for other seeds', () => {
    expect(shape(played(5, 0))).toEqual(shape(played(5, 0)));
    const drawn = (seed: number): string =>
      firsts(played(seed, 0))
        .map(({ session }) => session)
        .join();
    expect(drawn(5)).not.toBe(drawn(6));
  });

  it('moves the starts of the same sessions under another jitter', () => {
    const [one, other] = [firsts(played(5, 0)), firsts(played(5, 1))];
    expect(other.map(({ id }) => id)).toEqual(one.map(({ id }) => id));
    expect(other.map(({ arrival }) => arrival)).not.toEqual(one.map(({ arrival }) => arrival));
  });

  it('starts as many sessions, some twice under a name of their own, sharing only what sessions share', () => {
    const starts = firsts(played(5, 0));
    expect(new Set(starts.map(({ session }) => session)).size).toBe(200);
    const copies = starts.filter(({ session }) => session?.includes('+'));
    expect(copies.length).toBeGreaterThan(20);
    for (const copy of copies) {
      const original = starts.find(({ session }) => session === copy.session?.split('+')[0]);
      expect(original?.prompt.length).toBe(copy.prompt.length);
      const [shared, own] = copy.prompt.spans();
      expect(original?.prompt.spans()[0]).toEqual(shared);
      expect(original?.prompt.spans()[1]?.content).not.toBe(own?.content);
    }
  });
});
