import { describe, expect, it } from 'vitest';

import { loadOf } from '../../../sim/workload/load/load.ts';
import { makeWorkload } from '../../../sim/workload/make-workload.ts';
import {
  conversationReplayContent,
  conversationReplaySchema,
} from '../../../sim/workload/content/conversation-replay.ts';
import type { Request, RequestStatus } from '../../../sim/workload/request.ts';
import { keysOf } from '../../support/keys-of.ts';
import { essence, play, type Played } from './play.ts';

const SPEC = {
  num_conversations: 2,
  shared_system_prompt_len: 100,
  dynamic_system_prompt_len: 50,
  turns_per_conversation: 3,
  input_tokens_per_turn: 10,
  output_tokens_per_turn: 5,
  tool_call_latency_sec: 4,
};

interface Playing {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly concurrency?: number;
  readonly requests?: number;
  readonly seed?: number;
  readonly status?: (request: Request) => RequestStatus;
  readonly service?: (request: Request) => number;
}

function played({ spec, concurrency = 1, requests = 7, seed = 1, status, service }: Playing): Played[] {
  const content = conversationReplayContent(conversationReplaySchema.parse({ ...SPEC, ...spec }));
  const load = loadOf({ stages: [{ concurrency, requests, warmup: false }] });
  const workload = makeWorkload({ content, load, finish: 'length' });
  return play(workload.open(seed), service, status);
}

function figures(all: readonly Played[]): unknown[] {
  return all.map(({ request }) => [request.arrival, request.turn, request.prompt.length]);
}

/** Tokens that two prompts begin with together, in blocks of one. */
function common(one: Request, other: Request): number {
  const [a, b] = [keysOf(one.prompt.keys(1)), keysOf(other.prompt.keys(1))];
  const differs = a.findIndex((key, index) => key !== b[index]);
  return differs < 0 ? a.length : differs;
}

describe('conversation_replay', () => {
  it('plays each turn after the answer and the tool, with the whole context, and then starts again', () => {
    const all = played({});
    // A reply takes one second, a tool four.
    expect(figures(all)).toEqual([
      [0, 0, 160],
      [5, 1, 175],
      [10, 2, 190],
      [15, 0, 160],
      [20, 1, 175],
      [25, 2, 190],
      [30, 0, 160],
    ]);
    const [first, second, third, again, next] = all.map(({ request }) => request);
    if (!first || !second || !third || !again || !next) throw new Error('seven requests were sent');
    expect(common(first, second)).toBe(160);
    expect(common(second, third)).toBe(175);
    // The same text again; the answer to it is a new one.
    expect(common(first, again)).toBe(160);
    expect(common(second, next)).toBe(160);
    expect(new Set(all.map(({ request }) => request.session)).size).toBe(3);
  });

  it('gives client i conversation i mod num_conversations', () => {
    const first = played({ concurrency: 3, requests: 3 }).map(({ request }) => request);
    const [a, b, c] = first;
    if (!a || !b || !c) throw new Error('three requests were sent');
    expect([common(a, b), common(a, c)]).toEqual([100, 160]);
    expect(first.map(({ index }) => index)).toEqual([0, 1, 2]);
  });

  it('keeps so many clients busy, and request k belongs to client k mod concurrency', () => {
    const service = ({ index }: Request): number => (index % 2 === 0 ? 1 : 9);
    const all = played({ concurrency: 2, requests: 9, service });
    expect(all.map(({ request }) => request.index).toSorted((a, b) => a - b)).toEqual([...Array(9).keys()]);
    const of = (client: number): unknown[] =>
      all
        .map(({ request }) => request)
        .filter(({ index }) => index % 2 === client)
        .map(({ turn }) => turn);
    expect([of(0), of(1)]).toEqual([
      [0, 1, 2, 0, 1],
      [0, 1, 2, 0],
    ]);
  });

  it('ends a conversation with a turn that fails, and starts it again at once', () => {
    const all = played({ requests: 4, status: ({ index }) => (index === 1 ? 'timedOut' : 'completed') });
    expect(figures(all)).toEqual([
      [0, 0, 160],
      [5, 1, 175],
      [6, 0, 160],
      [11, 1, 175],
    ]);
  });

  it('ends before the context outgrows the model, and cuts a beginning that does', () => {
    expect(figures(played({ requests: 3, spec: { max_model_len: 190 } }))).toEqual([
      [0, 0, 160],
      [5, 1, 175],
      [10, 0, 160],
    ]);
    expect(figures(played({ requests: 2, spec: { max_model_len: 130 } }))).toEqual([
      [0, 0, 125],
      [5, 0, 125],
    ]);
  });

  it('draws the same conversations whatever the seed of the run', () => {
    const spread = { type: 'uniform', min: 1, max: 99 };
    const spec = {
      input_tokens_per_turn: spread,
      output_tokens_per_turn: spread,
      turns_per_conversation: spread,
    };
    const of = (seed: number, own: number): unknown[] =>
      played({ concurrency: 2, requests: 40, seed, spec: { ...spec, seed: own } }).map(essence);
    expect(of(2, 42)).toEqual(of(1, 42));
    expect(of(1, 43)).not.toEqual(of(1, 42));
  });
});
