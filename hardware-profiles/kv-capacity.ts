import type { Blocks, Bytes, Tokens } from '../base/units.ts';
import type { EngineProfile } from './engine-profile.ts';
import type { GpuProfile } from './gpu-profile.ts';
import { kvBytesPerTokenAndLayer, type KvDtype } from './kv-layout.ts';
import { layerGroups } from './layer-groups.ts';
import type { ModelProfile } from './model-profile.ts';
import { weightBytesPerGpu } from './model-size.ts';

export interface KvCapacityInput {
  readonly gpu: GpuProfile;
  readonly model: ModelProfile;
  readonly engine: EngineProfile;
  readonly tensorParallelSize: number;
  /** Share of the GPU's memory that the server may use; the engine's default unless set. */
  readonly gpuMemoryUtilization?: number | undefined;
  readonly maxNumBatchedTokens: Tokens;
  readonly maxNumSeqs: number;
  readonly maxModelLen: Tokens;
  readonly blockSize: Tokens;
  readonly kvDtype?: KvDtype | undefined;
  /** LoRA adapters: all slots together, on each GPU. */
  readonly adapterBytes?: Bytes | undefined;
}

/** Bytes on each GPU. */
export interface MemoryBreakdown {
  /** What the driver reports. */
  readonly memory: Bytes;
  /** The share of it that the server may use. */
  readonly requested: Bytes;
  /** Of the model, and of its adapters' slots. */
  readonly weights: Bytes;
  /** Peak of activations and sampler in the profile run. */
  readonly activation: Bytes;
  /** CUDA context, libraries, buffers of collectives. */
  readonly nonTorch: Bytes;
  readonly cudaGraphs: Bytes;
  /** What is left for the KV cache; negative when the rest does not fit. */
  readonly kvCache: Bytes;
  readonly bytesPerBlock: Bytes;
}

export type KvCapacity =
  | { readonly fits: true; readonly blocks: Blocks; readonly breakdown: MemoryBreakdown }
  | {
      readonly fits: false;
      /** What is missing on each GPU for one block beside the null block. */
      readonly missingBytes: Bytes;
      readonly breakdown: MemoryBreakdown;
    };

/**
 * KV blocks that vLLM allocates on each GPU, the null block included. Source: vLLM determine_available_memory:
 * utilization x memory - weights - profile-run peak - non-torch - CUDA graphs, over the bytes of a block of all layers.
 */
export function kvCapacity(input: KvCapacityInput): KvCapacity {
  const { gpu, model, engine, tensorParallelSize } = input;
  const memory = gpu.memory.value;
  const requested = Math.ceil(memory * (input.gpuMemoryUtilization ?? engine.defaults.gpuMemoryUtilization));
  const weights = weightBytesPerGpu(model, tensorParallelSize) + (input.adapterBytes ?? 0);
  const activation = activationBytes(input);
  const nonTorch =
    engine.memory.nonTorch.value + (tensorParallelSize > 1 ? engine.memory.communication.value : 0);
  const cudaGraphs = engine.memory.cudaGraphs.value;
  const kvCache = requested - weights - activation - nonTorch - cudaGraphs;
  const bytesPerBlock = blockBytes(model, tensorParallelSize, input.blockSize, input.kvDtype);
  const breakdown = { memory, requested, weights, activation, nonTorch, cudaGraphs, kvCache, bytesPerBlock };
  const blocks = Math.floor(kvCache / bytesPerBlock);
  return blocks >= 2
    ? { fits: true, blocks, breakdown }
    : { fits: false, missingBytes: 2 * bytesPerBlock - kvCache, breakdown };
}

/** Bytes of one KV block on one GPU: the layers of one group, whose pages share it. */
function blockBytes(
  model: ModelProfile,
  tensorParallelSize: number,
  blockSize: Tokens,
  kvDtype: KvDtype = 'auto',
): Bytes {
  return layerGroups(model).layers * blockSize * kvBytesPerTokenAndLayer(model, tensorParallelSize, kvDtype);
}

/**
 * Peak of the profile run beyond the weights: the larger of the sampler (all logits of max_num_seqs rows on every GPU,
 * in FP32, with sorted copies) and the widest layer (MLP or experts at max_num_batched_tokens), over the hidden states.
 */
function activationBytes({
  model,
  engine,
  tensorParallelSize,
  maxNumBatchedTokens,
  maxNumSeqs,
}: KvCapacityInput): Bytes {
  const { moe, mlp, hiddenSize } = model;
  const rows = Math.min(maxNumSeqs, maxNumBatchedTokens);
  const sampler = engine.memory.samplerPerLogit.value * rows * model.vocabSize;
  const width = Math.max(mlp.width, (moe?.topK ?? 0) * (moe?.width ?? 0) + (moe?.sharedWidth ?? 0));
  // Gate and up, their product, and the hidden states before and after: BF16.
  const layer = maxNumBatchedTokens * 2 * ((3 * width) / tensorParallelSize + 4 * hiddenSize);
  return Math.max(sampler, layer);
}
