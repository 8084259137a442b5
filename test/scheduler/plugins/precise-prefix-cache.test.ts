import { describe, expect, it } from 'vitest';

import { PromptTree } from '../../../base/prompt-tree.ts';
import { prefixMatchData, type PrefixMatch } from '../../../scheduler/attributes.ts';
import { tryLoadConfig } from '../../../scheduler/config/load-config.ts';
import { EndpointPicker } from '../../../scheduler/endpoint-picker.ts';
import { StoredPromptPart } from '../../../scheduler/kv-index/stored-prompt-part.ts';
import type { PreciseSizes } from '../../../scheduler/plugins/producers/precise-prefix-cache.ts';
import { request } from '../policies/support.ts';

const NAME = 'precise-prefix-cache-producer';
const CONFIG = `apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins:
- type: ${NAME}
  parameters:
    speculativeIndexing: true
    indexerConfig: {kvCacheBackendConfigs: [{name: gpu, weight: 1}, {name: cpu, weight: 0.8}]}
- {type: prefix-cache-scorer, parameters: {prefixMatchInfoProducerName: ${NAME}}}
schedulingProfiles:
- {name: default, plugins: [{pluginRef: prefix-cache-scorer}]}`;

function picker(): EndpointPicker {
  const { config, problems } = tryLoadConfig(CONFIG, {});
  if (config === undefined) throw new Error(JSON.stringify(problems));
  const made = new EndpointPicker(config, { seed: 1 });
  for (let i = 0; i < 3; i++)
    made.observeMembership({ added: [{ id: `ns/p${i}`, address: `10.0.0.${i}`, port: '80' }] }, 0);
  return made;
}

const tree = new PromptTree();
const prompt = tree.prompt([{ content: 1, start: 0, tokens: 330 }]);

function matches(from: EndpointPicker, now: number): (PrefixMatch | undefined)[] {
  const state = from.open(request({ prompts: [prompt] }));
  from.admit(state, now);
  from.produce(state, now);
  const key = from.key<PrefixMatch>(prefixMatchData(NAME));
  const found = from.endpoints.map((endpoint) => state.read(key, endpoint));
  from.end(state, 'error', now);
  return found;
}

describe('precise-prefix-cache-producer', () => {
  it('counts a block of the second tier at its weight, and sums before it cuts', () => {
    const from = picker();
    const store = (id: string, medium: string, blocks: number): void => {
      const tokens = new StoredPromptPart(prompt, 0, blocks * 16);
      const [run] = prompt.keys(16);
      if (run === undefined) throw new Error('no block');
      const names = [{ firstKey: run.firstKey, count: blocks }];
      from.observeKvEvents(
        id,
        'm',
        [{ type: 'stored', blocks: names, parent: undefined, tokens, blockSize: 16, medium }],
        0,
      );
    };
    store('ns/p0', 'GPU', 20);
    store('ns/p1', 'cpu', 10);
    store('ns/p2', 'cpu', 20);
    store('ns/p2', 'gpu', 3);
    const [gpu, cpu, both] = matches(from, 0);
    expect(gpu).toMatchObject({
      matchBlocks: 20,
      cachedBlocks: 20,
      totalBlocks: 20,
      cachedBlocksByTier: { gpu: 20 },
    });
    // Ten times 0.8, added up one by one, is a little less than 8.
    expect(cpu).toMatchObject({ matchBlocks: 7, cachedBlocks: 10, cachedBlocksByTier: { cpu: 10 } });
    expect(both).toMatchObject({
      matchBlocks: 16,
      cachedBlocks: 20,
      cachedBlocksByTier: { cpu: 20, gpu: 3 },
    });
  });

  it('counts the blocks of a request that it has just sent, for two seconds', () => {
    const from = picker();
    const state = from.open(request({ prompts: [prompt] }));
    from.admit(state, 10);
    from.produce(state, 10);
    const decision = from.schedule(state, 10);
    if (decision.kind === 'rejected') throw new Error(decision.message);
    from.commit(state, 10);
    from.end(state, 'natural', 10.5);
    const held = (now: number): number[] => matches(from, now).map((match) => match?.cachedBlocks ?? -1);
    const expected = from.endpoints.map((endpoint) => (endpoint === decision.endpoint ? 20 : 0));
    expect(from.advance(11).next).toBe(12);
    expect(held(11)).toEqual(expected);
    from.advance(12);
    expect(held(12)).toEqual([0, 0, 0]);
    expect(from.inspect(NAME)).toEqual({
      keys: 0,
      pieces: 0,
      names: 0,
      speculations: 0,
    } satisfies PreciseSizes);
  });

  it('forgets an endpoint that goes', () => {
    const from = picker();
    const tokens = new StoredPromptPart(prompt, 0, 320);
    const blocks = prompt.keys(16);
    from.observeKvEvents(
      'ns/p0',
      'm',
      [{ type: 'stored', blocks, parent: undefined, tokens, blockSize: 16 }],
      0,
    );
    from.observeMembership({ removed: ['ns/p0'] }, 1);
    from.observeMembership({ added: [{ id: 'ns/p0', address: '10.0.0.0', port: '80' }] }, 2);
    expect(matches(from, 2).map((match) => match?.cachedBlocks)).toEqual([0, 0, 0]);
  });
});
