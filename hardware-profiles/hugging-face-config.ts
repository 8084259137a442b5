import { isMap, parseDocument } from 'yaml';

import { UserError } from '../base/user-error.ts';
import type { Attention, MixtureOfExperts, ModelProfile, WeightFormat } from './model-profile.ts';
import type { ProfileText } from './profile-source.ts';

/** A config.json as a plain object: text models nested under `text_config` are unwrapped by `modelFromConfig`. */
export type HuggingFaceConfig = Readonly<Record<string, unknown>>;

/**
 * Parses the text of a Hugging Face config.json. Read as YAML, of which JSON is a subset: some files hold the bare
 * word Infinity, which JSON does not know.
 */
export function parseHuggingFaceConfig({ file, text }: ProfileText): HuggingFaceConfig {
  const document = parseDocument(text);
  const value: unknown = isMap(document.contents) ? document.toJS() : undefined;
  if (document.errors.length > 0 || typeof value !== 'object' || value === null)
    throw new UserError({ code: 'E_MODEL_CONFIG', message: 'is not a JSON object', at: { file } });
  return value as HuggingFaceConfig;
}

/**
 * The model that a config.json describes. `file` is for messages. Throws UserError when a size is missing.
 * Names of keys differ between model families; the alternatives below are those of the families that vLLM serves.
 */
export function modelFromConfig(
  config: HuggingFaceConfig,
  name: string,
  file: string,
): Omit<
  ModelProfile,
  'card' | 'source' | 'parameters' | 'activeParameters' | 'kvBytesPerToken' | 'topKTopP' | 'otherParameters'
> {
  const inner = config['text_config'];
  const text = (typeof inner === 'object' && inner !== null ? inner : config) as HuggingFaceConfig;
  const read = new Reader(text, file);
  const layers = read.size('num_hidden_layers', 'n_layer');
  const hiddenSize = read.size('hidden_size', 'n_embd');
  const architecture = firstText(config['architectures']) ?? firstText([config['model_type']]) ?? 'unknown';
  const moe = mixtureOfExperts(read, layers, text, architecture);
  const window = slidingLayers(text, layers);
  return {
    name,
    architecture,
    layers,
    hiddenSize,
    vocabSize: read.size('vocab_size'),
    tiedEmbeddings: text['tie_word_embeddings'] === true || config['tie_word_embeddings'] === true,
    maxModelLen: read.size('max_position_embeddings', 'n_positions', 'max_sequence_length'),
    attention: attention(read, hiddenSize, text, architecture),
    window,
    linearLayers: linearLayers(text, layers),
    mtpLayers: read.optional('num_nextn_predict_layers') ?? 0,
    mlp: {
      layers: layers - (moe?.layers ?? 0),
      width:
        moe !== undefined && moe.layers === layers
          ? 0
          : read.size('intermediate_size_mlp', 'intermediate_size', 'ffn_hidden_size', 'n_inner'),
    },
    moe,
    weights: weightFormats(config, text),
    kvCache: kvFormat(config, text),
    unmodelled: unmodelled(text),
  };
}

function unmodelled(config: HuggingFaceConfig): string | undefined {
  if (config['index_topk'] !== undefined) return 'sparse attention (index_topk)';
  if (config['compress_ratios'] !== undefined) return 'compressed attention (compress_ratios)';
  if (typeof config['attention_chunk_size'] === 'number')
    return 'chunked local attention (attention_chunk_size)';
  if (config['linear_attn_config'] !== undefined) return 'linear attention (linear_attn_config)';
  return undefined;
}

/** Reads sizes under alternative names. */
class Reader {
  private readonly config: HuggingFaceConfig;
  private readonly file: string;

  constructor(config: HuggingFaceConfig, file: string) {
    this.config = config;
    this.file = file;
  }

  optional(...names: readonly string[]): number | undefined {
    for (const name of names) {
      const value = this.config[name];
      if (typeof value === 'number' && Number.isFinite(value)) return value;
    }
    return undefined;
  }

  size(...names: readonly string[]): number {
    const value = this.optional(...names);
    if (value !== undefined && value > 0) return value;
    throw new UserError({
      code: 'E_MODEL_CONFIG',
      message: `the model's config has no ${names.join(' or ')}`,
      at: { file: this.file },
    });
  }
}

function attention(
  read: Reader,
  hiddenSize: number,
  config: HuggingFaceConfig,
  architecture: string,
): Attention {
  const heads = read.size('num_attention_heads', 'n_head');
  const latentRank = read.optional('kv_lora_rank');
  if (latentRank !== undefined)
    return {
      kind: 'mla',
      heads,
      queryRank: read.optional('q_lora_rank') ?? 0,
      latentRank,
      nopeDim: read.size('qk_nope_head_dim'),
      ropeDim: read.size('qk_rope_head_dim'),
      valueDim: read.size('v_head_dim'),
    };
  const headDim = read.optional('head_dim') ?? Math.floor(hiddenSize / heads);
  return {
    kind: 'gqa',
    heads,
    kvHeads: read.optional('num_key_value_heads', 'num_kv_heads', 'multi_query_group_num') ?? heads,
    headDim,
    valueDim: read.optional('v_head_dim') ?? headDim,
    qkNorm: config['use_qk_norm'] === true || QK_NORM.test(architecture),
    qkNormShared: architecture.startsWith('MiniMaxM2'),
    bias:
      config['attention_bias'] === true || config['qkv_bias'] === true || architecture.startsWith('Qwen2'),
  };
}

/** Families that normalise queries and keys without saying so in the config (their vLLM implementations). */
const QK_NORM = /^(Qwen3|Gemma[34]|MiniMaxM2|Glm4Moe|Olmo2|OLMo2|Step3)/;

function mixtureOfExperts(
  read: Reader,
  layers: number,
  config: HuggingFaceConfig,
  architecture: string,
): MixtureOfExperts | undefined {
  const experts = read.optional('num_local_experts', 'n_routed_experts', 'num_experts', 'moe_num_experts');
  if (experts === undefined || experts <= 1) return undefined;
  const dense = read.optional('first_k_dense_replace') ?? 0;
  const frequency = read.optional('moe_layer_freq', 'decoder_sparse_step', 'interleave_moe_layer_step') ?? 1;
  const denseList = config['mlp_only_layers'];
  const listed = Array.isArray(denseList) ? denseList.length : 0;
  const perLayer = config['moe_layer_freq'];
  const moeLayers = Array.isArray(perLayer)
    ? perLayer.filter((entry) => entry === 1).length
    : Math.floor((layers - dense) / frequency) - listed;
  const width = read.size('moe_intermediate_size', 'expert_ffn_hidden_size', 'intermediate_size');
  const shared = read.optional('n_shared_experts', 'num_shared_experts') ?? 0;
  // Llama 4 has one shared expert as wide as a routed one, which its config does not mention.
  const unmentioned = architecture.startsWith('Llama4') ? width : 0;
  return {
    layers: moeLayers,
    experts,
    topK: read.size('num_experts_per_tok', 'top_k_experts', 'experts_per_token', 'moe_topk', 'moe_top_k'),
    width,
    sharedWidth:
      read.optional('shared_expert_intermediate_size') ?? (shared > 0 ? shared * width : unmentioned),
  };
}

function slidingLayers(config: HuggingFaceConfig, layers: number): ModelProfile['window'] {
  const tokens = config['sliding_window'] ?? config['attention_chunk_size'];
  if (typeof tokens !== 'number' || config['use_sliding_window'] === false) return undefined;
  const types = config['layer_types'];
  // Llama 4 attends to everything in the layers without rotary embedding.
  const pattern = config['sliding_window_pattern'] ?? config['no_rope_layer_interval'];
  const sliding = Array.isArray(types)
    ? types.filter((type) => type === 'sliding_attention' || type === 'chunked_attention').length
    : typeof pattern === 'number'
      ? layers - Math.floor(layers / pattern)
      : layers;
  return sliding === 0 ? undefined : { layers: sliding, tokens };
}

function linearLayers(config: HuggingFaceConfig, layers: number): number {
  const types = config['layer_types'];
  if (Array.isArray(types)) return types.filter((type) => LINEAR.test(String(type))).length;
  const interval = config['full_attention_interval'];
  if (typeof interval === 'number') return layers - Math.floor(layers / interval);
  const pattern = config['hybrid_override_pattern'];
  if (typeof pattern === 'string') return layers - (pattern.match(/\*/g)?.length ?? 0);
  return 0;
}

const LINEAR = /linear|mamba|recurrent|kda/;

function weightFormats(config: HuggingFaceConfig, text: HuggingFaceConfig): ModelProfile['weights'] {
  const raw = config['quantization_config'] ?? text['quantization_config'] ?? config['compression_config'];
  if (typeof raw !== 'object' || raw === null) return { attention: 'bf16', mlp: 'bf16', experts: 'bf16' };
  const quantization = raw as HuggingFaceConfig;
  const format = weightFormat(quantization);
  const kept = [
    quantization['ignore'],
    quantization['modules_to_not_convert'],
    quantization['exclude_modules'],
  ]
    .flat()
    .filter((entry): entry is string => typeof entry === 'string')
    .join(' ');
  const onlyExperts = format === 'mxfp4';
  return {
    attention: onlyExperts || /self_attn|attn/.test(kept) ? 'bf16' : format,
    mlp: onlyExperts || /mlp\.(gate|up|down|gate_up)_proj|shared_expert/.test(kept) ? 'bf16' : format,
    experts: format,
  };
}

/** Checkpoints of compressed-tensors (kv_cache_scheme) and ModelOpt (kv_cache_quant_algo) may ask for an FP8 cache. */
function kvFormat(config: HuggingFaceConfig, text: HuggingFaceConfig): ModelProfile['kvCache'] {
  const raw = config['quantization_config'] ?? text['quantization_config'];
  if (typeof raw !== 'object' || raw === null) return 'bf16';
  const quantization = raw as HuggingFaceConfig;
  const scheme = JSON.stringify(quantization['kv_cache_scheme'] ?? null).toLowerCase();
  const algorithm = firstText([quantization['kv_cache_quant_algo']])?.toLowerCase();
  return algorithm === 'fp8' || (/"num_bits":8/.test(scheme) && /"type":"float"/.test(scheme))
    ? 'fp8'
    : 'bf16';
}

function weightFormat(quantization: HuggingFaceConfig): WeightFormat {
  const method = (
    firstText([quantization['quant_method'] ?? quantization['quant_algo']]) ?? ''
  ).toLowerCase();
  const text = JSON.stringify(quantization).toLowerCase();
  if (method === 'mxfp4' || text.includes('mxfp4')) return 'mxfp4';
  if (text.includes('nvfp4')) return 'nvfp4';
  if (method.includes('fp8') || text.includes('"quant_algo":"fp8"'))
    return Array.isArray(quantization['weight_block_size']) ? 'fp8-block' : 'fp8';
  if (method === 'awq' || method === 'gptq') return quantization['bits'] === 8 ? 'int8' : 'int4';
  if (/"num_bits":4/.test(text)) return /"type":"float"/.test(text) ? 'nvfp4' : 'int4';
  if (/"num_bits":8/.test(text)) return /"type":"float"/.test(text) ? 'fp8' : 'int8';
  return 'bf16';
}

function firstText(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : undefined;
  return typeof first === 'string' ? first : undefined;
}
