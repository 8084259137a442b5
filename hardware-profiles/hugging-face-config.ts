import { isMap, parseDocument } from 'yaml';

import { UserError } from '../base/user-error.ts';
import { mixtureOfExperts } from './config-experts.ts';
import { languageConfig, UNGATED, visionParameters } from './config-family.ts';
import { ConfigReader, firstText, type HuggingFaceConfig } from './config-reader.ts';
import { layerKinds, windowTokens } from './layer-kinds.ts';
import type { Attention, ModelProfile } from './model-profile.ts';
import type { ProfileText } from './profile-source.ts';
import { recurrentLayers } from './recurrent-layers.ts';
import { kvFormat, weightFormats } from './weight-formats.ts';

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
  'card' | 'source' | 'parameters' | 'activeParameters' | 'kvBytesPerToken' | 'topKTopP'
> {
  const text = languageConfig(config);
  const read = new ConfigReader(text, file);
  refuseOtherKinds(text, read);
  const layers = read.size('num_hidden_layers', 'n_layer', 'n_layers', 'num_layers');
  const hiddenSize = read.size('hidden_size', 'n_embd', 'd_model', 'n_embed');
  const architecture = firstText(config['architectures']) ?? firstText(text['model_type']) ?? 'unknown';
  const kinds = layerKinds(text, layers);
  const count = (wanted: string): number => kinds.filter((kind) => kind === wanted).length;
  const [windowLayers, recurrent] = [count('window'), count('recurrent')];
  const moe = mixtureOfExperts(read, layers, architecture);
  const pattern = text['hybrid_override_pattern'];
  const mlpLayers =
    typeof pattern === 'string' ? (pattern.match(/-/g)?.length ?? 0) : layers - (moe?.layers ?? 0);
  const state = recurrent === 0 ? undefined : recurrentLayers(read, recurrent, hiddenSize);
  const tokens = windowTokens(text);
  return {
    name,
    architecture,
    layers,
    attentionLayers: count('full') + windowLayers,
    hiddenSize,
    vocabSize: read.size('vocab_size', 'padded_vocab_size'),
    tiedEmbeddings: text['tie_word_embeddings'] === true || config['tie_word_embeddings'] === true,
    maxModelLen: read.size(
      'max_position_embeddings',
      'n_positions',
      'max_seq_len',
      'seq_length',
      'max_sequence_length',
      'model_max_length',
      'n_ctx',
    ),
    attention: attention(read, hiddenSize, text, architecture),
    window: windowLayers === 0 || tokens === undefined ? undefined : { layers: windowLayers, tokens },
    recurrent: state,
    mtpLayers: read.optional('num_nextn_predict_layers') ?? 0,
    gated: !UNGATED.test(String(text['model_type'])),
    mlp: { layers: mlpLayers, width: mlpLayers === 0 ? 0 : mlpWidth(read, hiddenSize) },
    moe,
    weights: weightFormats(config, text),
    kvCache: kvFormat(config, text),
    otherParameters: visionParameters(config) + positionParameters(read, hiddenSize),
    unmodelled: unmodelled(text, recurrent > 0, state !== undefined),
    approximated: typeof text['attention_chunk_size'] === 'number' && windowLayers > 0 ? CHUNKED : undefined,
  };
}

const CHUNKED =
  'chunked local attention (attention_chunk_size) is computed as a sliding window of the same length, which holds up to twice what a chunk holds';

/** Models that generate no text token by token are not models of this kind. */
function refuseOtherKinds(text: HuggingFaceConfig, read: ConfigReader): void {
  if (text['is_encoder_decoder'] === true)
    throw read.refusal('describes an encoder and a decoder (is_encoder_decoder)', OTHER_KIND);
  if (text['block_configs'] !== undefined)
    throw read.refusal('gives each layer sizes of its own (block_configs)', OTHER_KIND);
}

const OTHER_KIND = 'give the pool a step_time and num_gpu_blocks instead';

function unmodelled(config: HuggingFaceConfig, recurrent: boolean, sized: boolean): string | undefined {
  if (config['index_topk'] !== undefined) return 'sparse attention (index_topk)';
  if (config['compress_ratios'] !== undefined) return 'compressed attention (compress_ratios)';
  if (recurrent && !sized)
    return 'a kind of linear-attention or state-space layer whose sizes the config does not give';
  const beside = Object.keys(config).find((key) => /^(mamba|ssm)_/.test(key));
  if (beside !== undefined && !recurrent) return `state-space layers in no known order (${beside})`;
  return undefined;
}

/** Width of a dense MLP; the oldest families take four times the hidden size where the config says nothing. */
function mlpWidth(read: ConfigReader, hiddenSize: number): number {
  const names = ['intermediate_size_mlp', 'intermediate_size', 'ffn_hidden_size', 'n_inner', 'ffn_dim'];
  const given = read.optional(...names);
  if (given !== undefined) return given;
  const expansion = read.optional('expansion_ratio');
  if (expansion !== undefined) return expansion * hiddenSize;
  return FOUR_FOLD.test(String(read.config['model_type'])) ? 4 * hiddenSize : read.size(...names);
}

const FOUR_FOLD = /^(gpt2|gptj|gpt_bigcode|bloom|falcon|codegen)$/;

/** Families with a learned embedding per position. OPT's has two rows more (OPTLearnedPositionalEmbedding). */
function positionParameters(read: ConfigReader, hiddenSize: number): number {
  const positions = read.optional('max_position_embeddings', 'n_positions') ?? 0;
  switch (read.config['model_type']) {
    case 'opt':
      return (positions + 2) * hiddenSize;
    case 'gpt2':
    case 'gpt_bigcode':
      return positions * hiddenSize;
    default:
      return 0;
  }
}

function attention(
  read: ConfigReader,
  hiddenSize: number,
  config: HuggingFaceConfig,
  architecture: string,
): Attention {
  const heads = read.size('num_attention_heads', 'n_head', 'n_heads');
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
  const headDim =
    read.optional('head_dim', 'attention_head_dim', 'kv_channels') ?? Math.floor(hiddenSize / heads);
  return {
    kind: 'gqa',
    heads,
    kvHeads: kvHeads(read, config) ?? heads,
    headDim,
    valueDim: read.optional('v_head_dim') ?? headDim,
    qkNorm: config['use_qk_norm'] === true || QK_NORM.test(architecture),
    qkNormShared: architecture.startsWith('MiniMaxM2'),
    bias:
      config['attention_bias'] === true || config['qkv_bias'] === true || architecture.startsWith('Qwen2'),
  };
}

/** Source: vLLM ModelConfig.get_total_num_kv_heads, where Falcon's first generation has one whatever its config lists. */
function kvHeads(read: ConfigReader, config: HuggingFaceConfig): number | undefined {
  const one = config['multi_query'] === true && config['new_decoder_architecture'] !== true;
  return one
    ? 1
    : read.optional(
        'num_key_value_heads',
        'num_kv_heads',
        'n_head_kv',
        'kv_n_heads',
        'multi_query_group_num',
      );
}

/** Families that normalise queries and keys without saying so in the config (their vLLM implementations). */
const QK_NORM = /^(Qwen3|Gemma[34]|MiniMaxM2|Glm4Moe|Olmo2|OLMo2|Step3)/;
