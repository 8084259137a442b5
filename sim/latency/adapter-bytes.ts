import type { Bytes } from '../../base/units.ts';
import type { ModelProfile } from '../../hardware-profiles/model-profile.ts';
import { layerMatrices } from './layer-matrices.ts';

/**
 * Bytes of one LoRA adapter on one GPU: for each matrix of n outputs and k inputs a pair of rank x k and n x rank, BF16
 * (Hu et al., arXiv 2106.09685, 4.1; vLLM lora/layers wraps every linear layer). Routed experts and routers have none.
 */
export function adapterBytes(model: ModelProfile, tensorParallelSize: number, rank: number): Bytes {
  const experts = model.moe?.experts;
  return layerMatrices(model, tensorParallelSize)
    .filter(({ n }) => n !== experts)
    .reduce((sum, { layers, n, k }) => sum + layers * rank * (n + k) * 2, 0);
}
