import { invariant } from '../base/invariant.ts';
import type { Prompt } from '../base/prompt.ts';
import type { Tokens } from '../base/units.ts';
import { PromptTree } from '../base/prompt-tree.ts';
import { nodeResources } from '../cli/files/node-resources.ts';
import { packageRoot } from '../cli/package-root.ts';
import { prefixMatchData, type PrefixMatch } from '../scheduler/attributes.ts';
import type { LoadedConfig } from '../scheduler/config/loaded-config.ts';
import {
  EndpointPicker,
  loadConfig,
  NO_METRICS,
  type Endpoint,
  type RequestState,
} from '../scheduler/index.ts';
import { StoredPromptPart } from '../scheduler/kv-index/stored-prompt-part.ts';
import { TokenPrompt } from '../scheduler/tokenizer/token-prompt.ts';
import { median } from './measure-passes.ts';

/** A decision among many endpoints that all hold the whole of a long prompt. */
export interface DecisionSize {
  readonly endpoints: number;
  readonly promptTokens: number;
  readonly decisions: number;
}

/** Times of one decision, medians. */
export interface DecisionTimes {
  /** The router's configuration and who made the prompt: `llm-d-default, simulator`. */
  readonly name: string;
  /** Blocks of the prompt that the router found on every endpoint. */
  readonly matchedBlocks: number;
  /** Admission, producers, filters, scorers, picker. */
  readonly microseconds: number;
  /** What the decision leaves behind for later ones. */
  readonly commitMicroseconds: number;
}

const MODEL = 'qwen3-32b';

/** A router and how its endpoints come to hold a prompt. */
interface DecisionRouter {
  readonly config: LoadedConfig;
  /** Routers cut prompts into blocks of this size: the approximate index 64 where vLLM reports 16, the precise one 16. */
  readonly blockTokens: Tokens;
  readonly spread: (picker: EndpointPicker, makePrompt: () => Prompt, now: () => number) => void;
}

/**
 * Decisions under both of the configurations that come with fleetcast and under one that follows KV events, on prompts as
 * the simulator and the gateway make them.
 */
export function measureDecisions(size: DecisionSize, now: () => number): DecisionTimes[] {
  const tokens = Uint32Array.from({ length: size.promptTokens }, (_, token) => token);
  const tree = new PromptTree();
  const prompts: Record<string, (blockTokens: Tokens) => Prompt> = {
    simulator: () => tree.prompt([{ content: 1, start: 0, tokens: size.promptTokens }]),
    gateway: (blockTokens) => {
      const prompt = new TokenPrompt(tokens, MODEL);
      prompt.keys(blockTokens);
      return prompt;
    },
    // Its blocks are hashed when the router asks for their keys.
    'gateway with hashing': () => new TokenPrompt(tokens, MODEL),
  };
  const routers: Record<string, DecisionRouter> = {
    'llm-d-default': approximate('llm-d-default'),
    'llm-d': approximate('llm-d'),
    'llm-d precise': precise(size.endpoints, 16),
    'llm-d precise, blocks of 64': precise(size.endpoints, 64),
  };
  return Object.entries(routers).flatMap(([name, router]) =>
    Object.entries(prompts).map(([maker, makePrompt]) => ({
      name: `${name}, ${maker}`,
      ...measureOne(router, () => makePrompt(router.blockTokens), size, now),
    })),
  );
}

/** Each endpoint in turn is the only candidate once: then it holds the prompt. */
function approximate(builtin: string): DecisionRouter {
  return {
    config: loadConfig(nodeResources(packageRoot()).builtinRouter(builtin).text),
    blockTokens: 64,
    spread: (picker, makePrompt, now) => {
      for (const endpoint of picker.endpoints) decide(picker, makePrompt(), [endpoint], now);
    },
  };
}

/** Each endpoint in turn says that it has stored the prompt; podCacheSize lets the index remember all of them. */
function precise(endpoints: number, blockTokens: Tokens): DecisionRouter {
  const config = loadConfig(`apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins:
- {type: token-producer, parameters: {modelName: ${MODEL}, vllm: {url: "http://tokenizer"}}}
- type: precise-prefix-cache-producer
  parameters:
    tokenProcessorConfig: {blockSizeTokens: ${blockTokens}}
    indexerConfig: {kvBlockIndexConfig: {inMemoryConfig: {podCacheSize: ${endpoints}}}}
- {type: prefix-cache-scorer, parameters: {prefixMatchInfoProducerName: precise-prefix-cache-producer}}
- {type: queue-scorer}
schedulingProfiles:
- {name: default, plugins: [{pluginRef: prefix-cache-scorer}, {pluginRef: queue-scorer}]}
`);
  return {
    config,
    blockTokens,
    spread: (picker, makePrompt) => {
      const prompt = makePrompt();
      const tokens = new StoredPromptPart(prompt, 0, prompt.length);
      const blocks = prompt.keys(blockTokens);
      for (const { id } of picker.endpoints)
        picker.observeKvEvents(
          id,
          MODEL,
          [{ type: 'stored', blocks, parent: undefined, tokens, blockSize: blockTokens }],
          0,
        );
    },
  };
}

function measureOne(
  { config, spread }: DecisionRouter,
  makePrompt: () => Prompt,
  { endpoints, decisions }: DecisionSize,
  now: () => number,
): Omit<DecisionTimes, 'name'> {
  const picker = new EndpointPicker(config, { seed: 1 });
  addEndpoints(picker, endpoints);
  spread(picker, makePrompt, now);
  const times = Array.from({ length: decisions }, () => decide(picker, makePrompt(), picker.endpoints, now));
  const match = picker.key<PrefixMatch>(
    prefixMatchData(config.effective.producers.find((name) => /prefix/.test(name))),
  );
  const { state } = decide(picker, makePrompt(), picker.endpoints, now);
  const matched = picker.endpoints.map((endpoint) => state.read(match, endpoint)?.matchBlocks ?? 0);
  return {
    matchedBlocks: Math.min(...matched),
    microseconds: 1e6 * median(times.map(({ decided }) => decided)),
    commitMicroseconds: 1e6 * median(times.map(({ committed }) => committed)),
  };
}

function decide(picker: EndpointPicker, prompt: Prompt, candidates: readonly Endpoint[], now: () => number) {
  const begun = now();
  const state: RequestState = picker.open({
    id: 'bench',
    model: MODEL,
    headers: {},
    priority: 0,
    prompts: [prompt],
    bytes: 4 * prompt.length,
    receivedAt: 0,
  });
  const admission = picker.admit(state, 0);
  invariant(admission.kind === 'admitted', 'the fleet of the bench has room', { admission });
  invariant(picker.produce(state, 0, candidates) === undefined, 'the fleet of the bench has endpoints');
  const decision = picker.schedule(state, 0);
  invariant(decision.kind === 'decided', 'a decision is made', { decision });
  const decided = now() - begun;
  picker.commit(state, 0);
  const committed = now() - begun - decided;
  picker.firstChunk(state, 0);
  picker.end(state, 'natural', 0);
  return { decided, committed, state };
}

/** Endpoints with equal engines and unequal queues. */
function addEndpoints(picker: EndpointPicker, count: number): void {
  const added = Array.from({ length: count }, (_, index) => ({
    id: `default/replica-${index}`,
    address: `replica-${index}`,
    port: '8000',
  }));
  picker.observeMembership({ added }, 0);
  added.forEach(({ id }, index) =>
    picker.observeMetrics(id, {
      ...NO_METRICS,
      waiting: index % 7,
      running: 10 + (index % 13),
      kvUsage: (index % 50) / 100,
      blockSize: 16,
      numBlocks: 19208,
      updatedAt: 0,
    }),
  );
}
