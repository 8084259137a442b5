import { range } from './layer-kinds.ts';
import type { ConfigReader, HuggingFaceConfig } from './config-reader.ts';
import type { MixtureOfExperts } from './model-profile.ts';

/** The routed experts that a config describes; undefined without. `architecture` as in ModelProfile. */
export function mixtureOfExperts(
  read: ConfigReader,
  layers: number,
  architecture: string,
): MixtureOfExperts | undefined {
  const experts = read.optional('num_local_experts', 'n_routed_experts', 'num_experts', 'moe_num_experts');
  if (experts === undefined || experts <= 1) return undefined;
  const width = read.size(
    'moe_intermediate_size',
    'expert_ffn_hidden_size',
    'intermediate_size',
    'ffn_hidden_size',
  );
  const shared = read.optional('n_shared_experts', 'num_shared_experts', 'moe_num_shared_experts') ?? 0;
  // Llama 4 has one shared expert as wide as a routed one, which its config does not mention.
  const unmentioned = architecture.startsWith('Llama4') ? width : 0;
  return {
    layers: expertLayers(read.config, layers),
    experts,
    topK: read.size(
      'num_experts_per_tok',
      'num_experts_per_token',
      'top_k_experts',
      'experts_per_token',
      'moe_topk',
      'moe_top_k',
      'moe_k',
    ),
    width,
    sharedWidth:
      read.optional(
        'shared_expert_intermediate_size',
        'moe_shared_expert_intermediate_size',
        'shared_intermediate_size',
      ) ?? (shared > 0 ? shared * width : unmentioned),
  };
}

/** Layers whose MLP is experts: each family has words of its own for which ones. */
function expertLayers(config: HuggingFaceConfig, layers: number): number {
  const number = (name: string, otherwise: number): number => {
    const value = config[name];
    return typeof value === 'number' && value > 0 ? value : otherwise;
  };
  const pattern = config['hybrid_override_pattern'];
  if (typeof pattern === 'string') return pattern.match(/E/g)?.length ?? 0;
  const listed = config['moe_layers'];
  if (Array.isArray(listed)) return listed.length;
  const each = config['moe_layer_freq'];
  if (Array.isArray(each)) return each.filter((entry) => entry === 1).length;
  const denseList = config['mlp_only_layers'];
  const dense: readonly unknown[] = Array.isArray(denseList) ? denseList : [];
  const first = number('first_k_dense_replace', 0) + number('moe_layer_start_index', 0);
  // The number of the first such layer after each period differs: DeepSeek counts from 0, Qwen and Llama 4 from 1.
  const everyFromZero = number('moe_layer_freq', 1);
  const every = number('decoder_sparse_step', number('interleave_moe_layer_step', 1));
  const period = number('expert_layer_period', 1);
  const offset = number('expert_layer_offset', 0) % period;
  return range(layers).filter(
    (layer) =>
      layer >= first &&
      layer % everyFromZero === 0 &&
      (layer + 1) % every === 0 &&
      layer % period === offset &&
      !dense.includes(layer),
  ).length;
}
