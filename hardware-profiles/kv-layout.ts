import type { Bytes } from '../base/units.ts';
import type { ModelProfile } from './model-profile.ts';

/** How an engine stores keys and values: `auto` = as the checkpoint wants. */
export type KvDtype = 'auto' | 'bf16' | 'fp8';

/** What `auto` means for a model. */
export function storedKv({ kvCache }: ModelProfile, dtype: KvDtype = 'auto'): 'bf16' | 'fp8' {
  return dtype === 'auto' ? kvCache : dtype;
}

export function kvElementBytes(dtype: 'bf16' | 'fp8'): Bytes {
  return dtype === 'fp8' ? 1 : 2;
}

/** KV heads on one GPU of a tensor-parallel group: never less than one, so that heads repeat beyond their number. */
export function kvHeadsPerGpu(kvHeads: number, tensorParallelSize: number): number {
  return Math.max(1, kvHeads / tensorParallelSize);
}

/**
 * Bytes that one token takes in the KV cache of one layer on one GPU. Latent attention stores one vector of
 * latentRank + ropeDim elements on every GPU: tensor parallelism does not divide it.
 */
export function kvBytesPerTokenAndLayer(
  model: ModelProfile,
  tensorParallelSize: number,
  dtype: KvDtype = 'auto',
): Bytes {
  const { attention } = model;
  const element = kvElementBytes(storedKv(model, dtype));
  if (attention.kind === 'mla') return (attention.latentRank + attention.ropeDim) * element;
  return (
    kvHeadsPerGpu(attention.kvHeads, tensorParallelSize) * (attention.headDim + attention.valueDim) * element
  );
}

/** Bytes that one token takes in the growing KV cache of the whole model: all GPUs of a group of this size together. */
export function kvBytesPerToken(model: ModelProfile, tensorParallelSize = 1, dtype: KvDtype = 'auto'): Bytes {
  const growing = model.attentionLayers - (model.window?.layers ?? 0);
  return growing * kvBytesPerTokenAndLayer(model, tensorParallelSize, dtype) * tensorParallelSize;
}
