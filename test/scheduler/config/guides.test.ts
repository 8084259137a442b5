import { describe, expect, it } from 'vitest';

import { CONFIG_PRESETS, loadConfig, obstaclesTo, unverifiedPlugins } from '../../../scheduler/index.ts';
import { GUIDES } from '../support/guides.ts';
import { world } from '../support/world.ts';

const ROLES = [{ 'llm-d.ai/role': 'prefill' }, { 'llm-d.ai/role': 'decode' }];
const texts = [...CONFIG_PRESETS, ...Object.entries(GUIDES)];

describe.each(texts)("llm-d's configuration %s", (name, text) => {
  it('loads without experimental plugins, and can be simulated unless it disaggregates', () => {
    const config = loadConfig(text, { file: name });
    const disaggregates = config.plugins.some(({ type }) => type.type === 'disagg-profile-handler');
    expect(obstaclesTo(config).map(({ plugin, reason }) => `${plugin}: ${reason}`)).toEqual(
      disaggregates
        ? [expect.stringMatching(/^disagg-profile-handler: the stage prefill runs on another/)]
        : [],
    );
    expect(unverifiedPlugins(config)).toEqual([]);
  });

  it('decides', () => {
    const w = world(text, 2, {}, ROLES);
    const state = w.send({ prompts: [w.prompt([1, 0, 1000])] });
    expect(state.results.every(({ targets }) => targets.length === 1)).toBe(true);
  });
});

describe('the plugins that a configuration leaves out', () => {
  it('tiered: the cold scorer reads an index of its own', () => {
    expect(loadConfig(GUIDES.tiered).effective.autoProducers).toEqual([
      'approx-prefix-cache-producer',
      'token-producer',
    ]);
  });

  it('precise: nothing, the tokeniser is named', () => {
    expect(loadConfig(GUIDES.precise).effective.autoProducers).toEqual([]);
  });

  it('disaggregated: both profiles get the same picker', () => {
    const { profiles } = loadConfig(GUIDES.disaggregated).effective;
    expect(profiles.map(({ name, picker }) => [name, picker])).toEqual([
      ['prefill', 'max-score-picker'],
      ['decode', 'max-score-picker'],
    ]);
  });

  it('flow control: band 0 is there, from high to low', () => {
    const { flowControl } = loadConfig(GUIDES.flowControl).effective;
    expect(flowControl?.bands.map(({ priority, maxRequests }) => [priority, maxRequests])).toEqual([
      [100, 500],
      [0, 200],
      [-10, 50],
    ]);
    expect(flowControl?.maxBytes).toBe(10 * 2 ** 30);
  });

  it('predicted: whoever is needed for the features', () => {
    expect(loadConfig(GUIDES.predicted).effective.autoProducers).toEqual([
      'approx-prefix-cache-producer',
      'inflight-load-producer',
      'token-producer',
    ]);
  });
});
