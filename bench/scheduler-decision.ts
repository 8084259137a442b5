import { invariant } from '../base/invariant.ts';
import type { Prompt } from '../base/prompt.ts';
import { PromptTree } from '../base/prompt-tree.ts';
import { nodeResources } from '../cli/files/node-resources.ts';
import { packageRoot } from '../cli/package-root.ts';
import { prefixMatchData, type PrefixMatch } from '../scheduler/attributes.ts';
import {
  EndpointPicker,
  loadConfig,
  NO_METRICS,
  type Endpoint,
  type RequestState,
} from '../scheduler/index.ts';
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

/** What the approximate prefix cache makes of the 16 tokens that vLLM reports. */
const ROUTER_BLOCK_TOKENS = 64;

/** Decisions under both of the configurations that come with fleetcast, on prompts as the simulator and the gateway make them. */
export function measureDecisions(size: DecisionSize, now: () => number): DecisionTimes[] {
  const tokens = Uint32Array.from({ length: size.promptTokens }, (_, token) => token);
  const tree = new PromptTree();
  const prompts: Record<string, () => Prompt> = {
    simulator: () => tree.prompt([{ content: 1, start: 0, tokens: size.promptTokens }]),
    gateway: () => {
      const prompt = new TokenPrompt(tokens, MODEL);
      prompt.keys(ROUTER_BLOCK_TOKENS);
      return prompt;
    },
    // Its blocks are hashed when the router asks for their keys.
    'gateway with hashing': () => new TokenPrompt(tokens, MODEL),
  };
  return ['llm-d-default', 'llm-d'].flatMap((router) =>
    Object.entries(prompts).map(([maker, makePrompt]) => ({
      name: `${router}, ${maker}`,
      ...measureOne(router, makePrompt, size, now),
    })),
  );
}

function measureOne(
  router: string,
  makePrompt: () => Prompt,
  { endpoints, decisions }: DecisionSize,
  now: () => number,
): Omit<DecisionTimes, 'name'> {
  const config = loadConfig(nodeResources(packageRoot()).builtinRouter(router).text);
  const picker = new EndpointPicker(config, { seed: 1 });
  addEndpoints(picker, endpoints);
  // Each endpoint in turn is the only candidate once: then it holds the prompt.
  for (const endpoint of picker.endpoints) decide(picker, makePrompt(), [endpoint], now);
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
