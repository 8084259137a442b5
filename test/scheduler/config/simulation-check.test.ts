import { describe, expect, it } from 'vitest';

import { loadConfig, obstaclesTo, promptSight } from '../../../scheduler/index.ts';

/** A configuration of these plugins with the profiles decode, prefill and encode, and whatever else. */
const config = (plugins: string, rest = '') =>
  loadConfig(
    `plugins: [{ type: queue-scorer }, { type: prefill-filter }, ${plugins}]
schedulingProfiles:
- { name: decode, plugins: [{ pluginRef: queue-scorer }] }
- { name: prefill, plugins: [{ pluginRef: prefill-filter }] }
- { name: encode, plugins: [{ pluginRef: queue-scorer }] }
${rest}`,
    { allowExperimental: true },
  );
const reasons = (plugins: string): string[] =>
  obstaclesTo(config(plugins)).map(({ plugin, reason }) => `${plugin}: ${reason}`);
const DECIDERS =
  '{ type: always-disagg-pd-decider }, { type: always-disagg-multimodal-decider }, { name: far, type: prefix-based-pd-decider, parameters: { nonCachedTokens: 16 } }, { name: never, type: prefix-based-pd-decider }';

describe('a stage on another replica than decode stands in the way of a forecast', () => {
  const handler = (parameters: string): string[] =>
    reasons(`${DECIDERS}, { name: pd, type: disagg-profile-handler, parameters: ${parameters} }`);

  it.each([
    ['{ deciders: { prefill: always-disagg-pd-decider } }', 'prefill'],
    ['{ deciders: { prefill: far } }', 'prefill'],
    ['{ stageOrder: prefill-first }', 'prefill'],
    ['{ deciders: { encode: always-disagg-pd-decider } }', 'encode'],
    ['{ deciderPluginName: far }', 'prefill'],
  ])('%s', (parameters, stage) => {
    expect(handler(parameters)).toEqual([expect.stringContaining(`pd: the stage ${stage} runs on another`)]);
  });

  it.each([
    ['nobody decides', '{}'],
    ['the decider always says no', '{ deciders: { prefill: never } }'],
    ['no request has images', '{ deciders: { encode: always-disagg-multimodal-decider } }'],
    ['there is no such profile', '{ profiles: { prefill: other }, deciders: { prefill: far } }'],
  ])('not where %s', (_, parameters) => {
    expect(handler(parameters)).toEqual([]);
  });

  it('also under the former handler', () => {
    expect(
      reasons(`${DECIDERS}, { type: pd-profile-handler, parameters: { deciderPluginName: far } }`),
    ).toEqual([expect.stringContaining('pd-profile-handler: the stage prefill')]);
  });
});

it('a replica that fetches from another stands in the way as well', () => {
  const one = '{ type: header-profile-handler }, { type: p2p-source-producer }';
  expect(reasons(one)).toEqual([expect.stringContaining('p2p-source-producer: replicas do not fetch')]);
});

describe('what a picker sees of prompts', () => {
  const sight = (plugins: string, rest?: string) =>
    promptSight(config(`{ type: header-profile-handler }${plugins}`, rest));

  it('estimates unless a model server counts', () => {
    expect(sight('')).toBe('estimated');
    expect(sight(', { type: token-producer, parameters: { modelName: m } }')).toBe('estimated');
    expect(
      sight(', { name: t, type: tokenizer, parameters: { modelName: m, vllm: { url: "http://v" } } }'),
    ).toBe('exact');
  });

  it('nothing where the first parser passes bodies through', () => {
    expect(
      sight(
        '',
        'requestHandler: { parsers: [{ pluginRef: passthrough-parser }, { pluginRef: openai-parser }] }',
      ),
    ).toBe('opaque');
    expect(sight('', 'requestHandler: { parsers: [{ pluginRef: anthropic-parser }] }')).toBe('estimated');
  });
});
