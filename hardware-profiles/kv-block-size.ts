import type { Tokens } from '../base/units.ts';
import type { EngineProfile } from './engine-profile.ts';
import type { GpuProfile } from './gpu-profile.ts';
import { kvBytesPerTokenAndLayer, storedKv, type KvDtype } from './kv-layout.ts';
import type { ModelProfile } from './model-profile.ts';

/**
 * Tokens per KV block when the user sets none: the engine's default where the model's attention backend accepts it, else
 * the smallest size that the backend accepts. Latent attention runs on FlashInfer MLA on data-centre Blackwell (32), on
 * FlashMLA on Hopper with an FP8 cache (64), and on backends that take the default elsewhere. Beside layers with a state
 * the block grows until its page holds one (HybridAttentionMambaModelConfig).
 * Source: vLLM Platform.update_block_size_for_backend, get_supported_kernel_block_sizes.
 */
export function kvBlockSize(
  engine: EngineProfile,
  gpu: GpuProfile,
  model: ModelProfile,
  kvDtype: KvDtype = 'auto',
  tensorParallelSize = 1,
): Tokens {
  const { attention, recurrent } = model;
  const capability = Math.floor(gpu.computeCapability?.value ?? 0);
  if (recurrent !== undefined) {
    // All pages are alike: an attention page is made as large as the state of a layer.
    const page = recurrent.state / tensorParallelSize;
    const perToken = kvBytesPerTokenAndLayer(model, tensorParallelSize, kvDtype);
    return Math.max(engine.defaults.blockSize, 16 * Math.ceil(page / (16 * perToken)));
  }
  if (attention.kind !== 'mla') return engine.defaults.blockSize;
  if (capability === 10) return 32;
  return capability === 9 && storedKv(model, kvDtype) === 'fp8' ? 64 : engine.defaults.blockSize;
}
