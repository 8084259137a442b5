import type { Blocks } from '../../base/units.ts';
import type { EngineConfig } from './engine-config.ts';
import type { EngineRequest, Refusal } from './model-server.ts';
import { mostWindowBlocks } from './window-blocks.ts';

/** Why a server would never, or not now, take a request; undefined = it takes it. */
export function refusalOf(
  request: EngineRequest,
  config: EngineConfig,
  waiting: number,
): Refusal | undefined {
  const { maxModelLen, blockSize, numGpuBlocks, maxNumQueuedReqs } = config;
  const input = request.prompt.length;
  if (input >= maxModelLen) return { reason: 'input too long' };
  if (input + (request.maxOutputTokens ?? 0) > maxModelLen) return { reason: 'input and output too long' };
  // vLLM does not start unless one request of max_model_len fits; where a scenario goes further, a request that cannot
  // fit would preempt itself for ever.
  const output = Math.min(request.outputTokens, request.maxOutputTokens ?? Infinity);
  const most = Math.ceil(Math.min(maxModelLen, input + output) / blockSize);
  const full = config.windowsOnly === true ? 0 : most;
  if (full + windowBlocks(config, most) > numGpuBlocks - 1) return { reason: 'never fits the KV cache' };
  if (maxNumQueuedReqs !== undefined && waiting >= maxNumQueuedReqs) return { reason: 'queue full' };
  return undefined;
}

/** Blocks of the sliding-window layers that a request of `blocks` blocks holds at most. */
function windowBlocks(config: EngineConfig, blocks: Blocks): Blocks {
  return config.slidingWindow === undefined
    ? 0
    : (config.slidingWindowGroups ?? 1) * Math.min(blocks, mostWindowBlocks(config, config.slidingWindow));
}
