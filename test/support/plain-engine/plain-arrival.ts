import { invariant } from '../../../base/invariant.ts';
import type { EngineRequest, Refusal } from '../../../sim/engine/model-server.ts';
import { keysOf } from '../keys-of.ts';
import type { PlainConfig } from './plain-config.ts';
import type { PlainArrival } from './plain-request.ts';

/** Why a server turns a request away at once, if it does. */
export function refusalOf(
  { prompt, outputTokens, maxOutputTokens }: EngineRequest,
  { maxModelLen, blockSize, numGpuBlocks }: PlainConfig,
): Refusal | undefined {
  if (prompt.length >= maxModelLen) return { reason: 'input too long' };
  if (maxOutputTokens !== undefined && prompt.length + maxOutputTokens > maxModelLen)
    return { reason: 'input and output too long' };
  // Such a request would preempt itself for ever.
  const output = Math.min(outputTokens, maxOutputTokens ?? Infinity);
  const most = Math.min(maxModelLen, prompt.length + output);
  if (Math.ceil(most / blockSize) > numGpuBlocks - 1) return { reason: 'never fits the KV cache' };
  return undefined;
}

/** A fleet's request as the plain engine takes it. Output token k stands for itself: it is the number k. */
export function arrivalOf(request: EngineRequest, id: string, config: PlainConfig): PlainArrival {
  const { prompt, outputTokens, maxOutputTokens, outputContent } = request;
  const { blockSize, maxModelLen } = config;
  const whole = prompt.extend([{ content: outputContent, start: 0, tokens: outputTokens }]);
  let keys: number[] | undefined;
  return {
    id,
    order: request.index,
    priority: request.priority,
    lora: request.lora,
    promptTokens: prompt.length,
    maxTokens: maxOutputTokens ?? maxModelLen - prompt.length,
    ends: (token) => token === outputTokens - 1,
    keyOf(block) {
      keys ??= keysOf(whole.keys(blockSize));
      const key = keys[block];
      invariant(key !== undefined, 'a block is named when its tokens are known', { block });
      return key;
    },
    remoteTokens: 0,
    sends: false,
  };
}
