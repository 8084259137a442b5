import { describe, expect, it } from 'vitest';

import { loadConfig } from '../../../scheduler/config/load-config.ts';
import { orderProducers, type ProducerOrder } from '../../../scheduler/cycle/order-producers.ts';
import { CONFIG_PRESETS } from '../../../scheduler/index.ts';
import { scores, world } from '../support/world.ts';

const TEXT = CONFIG_PRESETS.get('llm-d') ?? '';
const IN_FLIGHT = 'inflight-load-producer';
const PREFIX = 'approx-prefix-cache-producer';
const TOKENS = 'token-producer';

describe('the order that the picker leaves to chance', () => {
  const order = (wanted: ProducerOrder): string[] => orderProducers(loadConfig(TEXT).effective, wanted);

  it('keeps what depends on what, and is the host to choose beyond that', () => {
    expect(order('prefix-first')).toEqual([TOKENS, PREFIX, IN_FLIGHT]);
    expect(order('in-flight-first')).toEqual([TOKENS, IN_FLIGHT, PREFIX]);
    expect(order([IN_FLIGHT, PREFIX, TOKENS])).toEqual([TOKENS, IN_FLIGHT, PREFIX]);
    expect(order([PREFIX])).toEqual([TOKENS, PREFIX, IN_FLIGHT]);
  });

  it('decides whether hits count in the load that a request would add', () => {
    const load = (producerOrder: ProducerOrder): readonly number[] => {
      // The filter would leave only the endpoint that holds the prompt.
      const w = world(TEXT.replace('- {pluginRef: prefix-cache-affinity-filter}\n', ''), 2, {
        producerOrder,
      });
      const prompts = [w.prompt([1, 0, 6400])];
      w.picker.end(w.send({ prompts }, 0, 1), 'natural', 1);
      return scores(w.decide({ prompts }, 2), 'token-load-scorer');
    };
    expect(load('prefix-first')).toEqual([1 - 6400 / 4194304, 1]);
    expect(load('in-flight-first')).toEqual([1 - 6400 / 4194304, 1 - 6400 / 4194304]);
  });
});
