import { layerGroups } from '../../hardware-profiles/layer-groups.ts';
import type { ModelProfile } from '../../hardware-profiles/model-profile.ts';

/** Why the step time of this model on so many GPUs cannot be computed yet; undefined when it can. */
export function unsupported(model: ModelProfile, tensorParallelSize: number): string | undefined {
  const { attention } = model;
  if (model.unmodelled !== undefined) return `${model.unmodelled} is not modelled yet`;
  const { full } = layerGroups(model);
  if (model.window !== undefined && model.recurrent !== undefined)
    return 'sliding windows beside layers with a state are not modelled yet';
  if (full > 1)
    return `its full-attention layers make ${full} groups of KV blocks beside sliding-window ones, and only one is modelled yet`;
  if (attention.heads % tensorParallelSize !== 0)
    return `tensor_parallel_size ${tensorParallelSize} does not divide the model's ${attention.heads} attention heads`;
  if (attention.kind === 'mla') return undefined;
  const { kvHeads } = attention;
  if (Math.max(kvHeads, tensorParallelSize) % Math.min(kvHeads, tensorParallelSize) !== 0)
    return `tensor_parallel_size ${tensorParallelSize} does not fit the model's ${kvHeads} KV heads`;
  return undefined;
}
