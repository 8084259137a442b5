import { TOKEN_PRODUCER, tokenizedPromptData } from '../../attributes.ts';
import type { ParameterReader } from '../../config/parameter-reader.ts';
import { definePlugin, type PluginPlan } from '../../plugin-type.ts';
import type { Producer } from '../../plugin.ts';

/*
 * token-producer, and tokenizer (deprecated, the same): gives the request's prompts as tokens to the plugins after it. The
 * host brings them: trace tokens in the simulator, the estimate of scheduler/tokenizer in the gateway (an opaque body has
 * none). The backends that ask a model server for exact tokens load; what they would answer is the host's business.
 * Produces TokenizedPrompt. Parameters: estimate {} (the default), or vllm {url, timeout (5s), mmTimeout (30s)} with
 * modelName, or udsTokenizerConfig (deprecated); only one of them.
 * Source: pkg/epp/framework/plugins/requestcontrol/dataproducer/tokenizer of llm-d-router at ebab6879.
 */
export const tokenProducer = tokenPlugin(TOKEN_PRODUCER, 'beta');
export const tokenizer = tokenPlugin('tokenizer', 'deprecated');

/** Whether a plugin is a token producer that asks a model server's tokeniser, and does not estimate. */
export function isExactTokenProducer({ type, parameters }: Pick<PluginPlan, 'type' | 'parameters'>): boolean {
  const mine = type.type === tokenProducer.type || type.type === tokenizer.type;
  return mine && (parameters as TokenParameters).isExact;
}

interface TokenParameters {
  readonly isExact: boolean;
}

function tokenPlugin(type: string, maturity: 'beta' | 'deprecated') {
  return definePlugin<TokenParameters>({
    type,
    roles: ['producer'],
    maturity,
    parameters: readTokenParameters,
    data: () => ({ produces: [tokenizedPromptData()] }),
    create: (_, { name }): Producer => ({
      type,
      name,
      produce(state) {
        state.prompts = state.request.prompts;
        let tokens = 0;
        for (const { length } of state.prompts ?? []) tokens += length;
        state.inputTokens = tokens;
        return undefined;
      },
    }),
  });
}

function readTokenParameters(reader: ParameterReader): TokenParameters {
  const modelName = reader.string('modelName', '');
  const estimate = reader.object('estimate');
  const vllm = reader.object('vllm');
  const uds = reader.object('udsTokenizerConfig');
  vllm.string('url');
  vllm.duration('timeout');
  vllm.duration('mmTimeout');
  uds.ignore('socketFile', 'useTCP', 'modelTokenizerMap');
  const backends = [estimate, vllm, uds].filter(({ given }) => given);
  if (backends.length > 1) reader.refuse(undefined, 'name more than one backend');
  if (vllm.given && modelName === '') reader.refuse('modelName', 'is required with vllm');
  return { isExact: vllm.given || uds.given };
}
