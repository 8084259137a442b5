import type { Tokens } from '../base/units.ts';
import type { EngineProfile } from './engine-profile.ts';
import type { GpuProfile } from './gpu-profile.ts';

/**
 * Token counts for which the engine has CUDA graphs, ascending; a step of fewer tokens is padded to the next one.
 * Source: vLLM VllmConfig._set_cudagraph_sizes.
 */
export function captureSizes(
  { cudaGraphs }: EngineProfile,
  gpu: GpuProfile,
  {
    maxNumSeqs,
    maxNumBatchedTokens,
    numSpeculativeTokens = 0,
  }: {
    readonly maxNumSeqs: number;
    readonly maxNumBatchedTokens: Tokens;
    readonly numSpeculativeTokens?: number;
  },
): Tokens[] {
  const capability10 = Math.floor(gpu.computeCapability?.value ?? 0) === 10;
  const largest = Math.min(
    cudaGraphs.seqsFactor * maxNumSeqs * (1 + numSpeculativeTokens),
    capability10 ? cudaGraphs.largestOnCapability10 : cudaGraphs.largest,
    maxNumBatchedTokens,
  );
  const sizes = [1, 2, 4];
  let size = 8;
  for (const { until, step } of cudaGraphs.steps) for (; size <= until; size += step) sizes.push(size);
  const captured = sizes.filter((tokens) => tokens <= largest);
  if (maxNumBatchedTokens <= largest && captured.at(-1) !== maxNumBatchedTokens)
    captured.push(maxNumBatchedTokens);
  return captured;
}
