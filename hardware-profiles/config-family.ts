import { firstText, type HuggingFaceConfig } from './config-reader.ts';

/**
 * The part of a config.json that describes the language model, with what its family leaves out filled in: some families
 * write only what differs from their class in Hugging Face transformers (configuration_FAMILY.py, whose defaults these are).
 */
export function languageConfig(config: HuggingFaceConfig): HuggingFaceConfig {
  const nested = NESTED.map((name) => config[name]).find(isObject);
  const own = nested ?? config;
  const family = firstText(own['model_type']) ?? firstText(config['model_type']) ?? '';
  return {
    ...(nested === undefined ? {} : NESTED_DEFAULTS[family]),
    ...DEFAULTS[family],
    // DBRX and MPT keep heads and experts in objects of their own.
    ...(isObject(own['attn_config']) ? own['attn_config'] : {}),
    ...(isObject(own['ffn_config']) ? own['ffn_config'] : {}),
    ...withoutNull(own),
    model_type: family,
  };
}

/** Parameters of the encoder of images that a config describes, per layer 4 h^2 of attention and its MLP; 0 without. */
export function visionParameters(config: HuggingFaceConfig): number {
  const vision = config['vision_config'];
  if (!isObject(vision)) return 0;
  const read = (...names: readonly string[]): number | undefined =>
    names.map((name) => vision[name]).find((value): value is number => typeof value === 'number');
  const hidden = read('embed_dim', 'hidden_size');
  const layers = read('num_hidden_layers', 'depth');
  if (hidden === undefined || layers === undefined) return 0;
  const width = read('intermediate_size') ?? hidden * (read('mlp_ratio') ?? 4);
  const gated = ['silu', 'swiglu'].includes(String(vision['hidden_act']));
  return layers * (4 * hidden * hidden + (gated ? 3 : 2) * hidden * width);
}

const NESTED = ['text_config', 'llm_config', 'language_config', 'thinker_config'] as const;

/** Families that multiply gate and up in their MLP are the rule; these have one matrix up and one down. */
export const UNGATED =
  /^(opt|gpt2|gpt_neox|gptj|gpt_bigcode|codegen|bloom|mpt|falcon|starcoder2|phi|nemotron|nemotron_h|persimmon)$/;

/** Families whose embedding is the LM head unless the config says otherwise. */
const TIED = { tie_word_embeddings: true };

const GEMMA_3 = { ...TIED, sliding_window: 4096, sliding_window_pattern: 6 };

const DEFAULTS: Readonly<Record<string, HuggingFaceConfig>> = {
  opt: TIED,
  gpt2: TIED,
  gpt_bigcode: TIED,
  bloom: { ...TIED, seq_length: 2048 },
  mpt: { ...TIED, expansion_ratio: 4 },
  falcon: { ...TIED, max_position_embeddings: 2048 },
  starcoder2: TIED,
  cohere: TIED,
  cohere2: { ...TIED, sliding_window: 4096, sliding_window_pattern: 4 },
  gemma: { ...TIED, head_dim: 256 },
  gemma2: { ...TIED, head_dim: 256, sliding_window: 4096, sliding_window_pattern: 2 },
  gemma3: GEMMA_3,
  gemma3_text: GEMMA_3,
  jamba: { attn_layer_period: 8, attn_layer_offset: 4, expert_layer_period: 2, expert_layer_offset: 1 },
};

const LLAMA = {
  hidden_size: 4096,
  intermediate_size: 11008,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  vocab_size: 32000,
  max_position_embeddings: 2048,
};

const GEMMA_3_SIZES = {
  hidden_size: 2304,
  intermediate_size: 9216,
  num_hidden_layers: 26,
  num_attention_heads: 8,
  num_key_value_heads: 4,
  head_dim: 256,
  vocab_size: 262208,
  max_position_embeddings: 131072,
};

/** Sizes that models of images and text leave out of the config of their language model. */
const NESTED_DEFAULTS: Readonly<Record<string, HuggingFaceConfig>> = {
  llama: LLAMA,
  mistral: { ...LLAMA, intermediate_size: 14336, num_key_value_heads: 8, max_position_embeddings: 131072 },
  gemma3: GEMMA_3_SIZES,
  gemma3_text: GEMMA_3_SIZES,
};

function withoutNull(config: HuggingFaceConfig): HuggingFaceConfig {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null));
}

function isObject(value: unknown): value is HuggingFaceConfig {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
