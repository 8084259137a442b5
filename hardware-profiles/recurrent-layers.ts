import type { ConfigReader, HuggingFaceConfig } from './config-reader.ts';
import type { RecurrentLayers } from './model-profile.ts';

/**
 * The layers of a config that keep a state of fixed size instead of a KV cache, `layers` of them: projections from the
 * families' classes in Hugging Face transformers, states from vLLM MambaStateShapeCalculator and MambaStateDtypeCalculator
 * (model_executor/layers/mamba/mamba_utils.py). Undefined when the config has the sizes of none of the known kinds.
 */
export function recurrentLayers(
  read: ConfigReader,
  layers: number,
  hidden: number,
): RecurrentLayers | undefined {
  const { config } = read;
  const sizes =
    gatedDeltaNet(read, hidden) ??
    kimiDelta(config, hidden) ??
    mamba(read, hidden) ??
    lightning(read, hidden);
  return sizes === undefined ? undefined : { ...sizes, layers };
}

type Sizes = Omit<RecurrentLayers, 'layers'>;

/** Qwen3-Next (Qwen3NextGatedDeltaNet): queries, keys, values and gate, two numbers a head, and the output. */
function gatedDeltaNet(read: ConfigReader, hidden: number): Sizes | undefined {
  const heads = read.optional('linear_num_value_heads');
  if (heads === undefined) return undefined;
  const values = heads * read.size('linear_value_head_dim');
  const keyDim = read.size('linear_key_head_dim');
  const keys = read.size('linear_num_key_heads') * keyDim;
  const convolved = 2 * keys + values;
  const kernel = read.optional('linear_conv_kernel_dim') ?? 4;
  const stateBytes = read.config['mamba_ssm_dtype'] === 'float32' ? 4 : 2;
  return {
    kind: 'gated delta rule',
    matrices: [
      { n: convolved + values, k: hidden },
      { n: 2 * heads, k: hidden },
      { n: hidden, k: values },
    ],
    otherParameters: convolved * kernel,
    state: values * keyDim * stateBytes + convolved * (kernel - 1) * 2,
  };
}

/** Kimi Linear (KimiDeltaAttention): queries, keys, values; two gates through a narrow matrix; beta; output. */
function kimiDelta(config: HuggingFaceConfig, hidden: number): Sizes | undefined {
  const linear = config['linear_attn_config'];
  if (typeof linear !== 'object' || linear === null) return undefined;
  const { num_heads: heads, head_dim: width, short_conv_kernel_size: kernel } = linear as HuggingFaceConfig;
  if (typeof heads !== 'number' || typeof width !== 'number') return undefined;
  const all = heads * width;
  const taps = typeof kernel === 'number' ? kernel : 4;
  return {
    kind: 'Kimi delta attention',
    matrices: [
      { n: 3 * all + 2 * width + heads, k: hidden },
      { n: 2 * all, k: width },
      { n: hidden, k: all },
    ],
    otherParameters: 3 * all * taps,
    state: all * width * 4 + 3 * all * (taps - 1) * 2,
  };
}

/** Mamba 2 where the config names heads (Bamba, Granite 4, Nemotron-H), else Mamba 1 (Jamba). */
function mamba(read: ConfigReader, hidden: number): Sizes | undefined {
  const stateSize = read.optional('mamba_d_state', 'ssm_state_size');
  if (stateSize === undefined) return undefined;
  const heads = read.optional('mamba_n_heads', 'mamba_num_heads');
  const headDim = read.optional('mamba_d_head', 'mamba_head_dim');
  const expand = read.optional('mamba_expand', 'expand') ?? 2;
  const inner = heads !== undefined && headDim !== undefined ? heads * headDim : expand * hidden;
  const kernel = read.optional('mamba_d_conv', 'conv_kernel') ?? 4;
  if (heads !== undefined) {
    const groups = read.optional('mamba_n_groups', 'n_groups') ?? 1;
    const convolved = inner + 2 * groups * stateSize;
    return {
      kind: 'Mamba 2',
      matrices: [
        { n: inner + convolved + heads, k: hidden },
        { n: hidden, k: inner },
      ],
      otherParameters: convolved * kernel,
      state: inner * stateSize * 2 + convolved * (kernel - 1) * 2,
    };
  }
  const rank = read.optional('mamba_dt_rank') ?? Math.ceil(hidden / 16);
  return {
    kind: 'Mamba 1',
    matrices: [
      { n: 2 * inner, k: hidden },
      { n: rank + 2 * stateSize, k: inner },
      { n: inner, k: rank },
      { n: hidden, k: inner },
    ],
    otherParameters: inner * (stateSize + kernel),
    state: inner * stateSize * 2 + inner * (kernel - 1) * 2,
  };
}

/** MiniMax-Text-01 and M1 (lightning attention): queries, keys, values, gate, output, each as wide as all heads. */
function lightning(read: ConfigReader, hidden: number): Sizes | undefined {
  if (!Array.isArray(read.config['attn_type_list'])) return undefined;
  const headDim = read.optional('head_dim') ?? hidden / read.size('num_attention_heads');
  const all = read.size('num_attention_heads') * headDim;
  return {
    kind: 'lightning attention',
    matrices: [
      { n: 4 * all, k: hidden },
      { n: hidden, k: all },
    ],
    otherParameters: 0,
    state: all * headDim * 4,
  };
}
