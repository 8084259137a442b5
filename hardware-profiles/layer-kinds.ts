import type { HuggingFaceConfig } from './config-reader.ts';

/** What a layer keeps of the tokens before: all of them, the last ones, a state of fixed size, or nothing (an MLP alone). */
export type LayerKind = 'full' | 'window' | 'recurrent' | 'none';

/** The kind of each layer, from the words that families have for it. */
export function layerKinds(config: HuggingFaceConfig, layers: number): LayerKind[] {
  const list = (name: string): readonly unknown[] | undefined => {
    const value = config[name];
    return Array.isArray(value) ? value : undefined;
  };
  const number = (name: string): number | undefined => {
    const value = config[name];
    return typeof value === 'number' ? value : undefined;
  };
  const named = list('layer_types') ?? list('layers_block_type');
  const windowed = windowTokens(config) !== undefined;
  if (named !== undefined)
    return named.map((type) => {
      if (RECURRENT.test(String(type))) return 'recurrent';
      return windowed && /^(sliding|chunked)/.test(String(type)) ? 'window' : 'full';
    });
  const pattern = config['hybrid_override_pattern'];
  if (typeof pattern === 'string')
    return pattern
      .split('')
      .map((letter) => (letter === '*' ? 'full' : letter === 'M' ? 'recurrent' : 'none'));
  const full = fullLayers(config, layers, list, number);
  if (full !== undefined) return range(layers).map((layer) => (full(layer) ? 'full' : 'recurrent'));
  if (!windowed) return range(layers).map(() => 'full');
  // Llama 4 attends to everything in the layers without rotary embedding; Qwen 2 in the first layers.
  const every = number('sliding_window_pattern') ?? number('no_rope_layer_interval');
  const before = number('max_window_layers') ?? 0;
  return range(layers).map((layer) =>
    layer < before || (every !== undefined && (layer + 1) % every === 0) ? 'full' : 'window',
  );
}

/** Tokens that a windowed layer sees; undefined without such layers, and where the window exceeds the model's limit. */
export function windowTokens(config: HuggingFaceConfig): number | undefined {
  const tokens = config['sliding_window'] ?? config['attention_chunk_size'];
  if (typeof tokens !== 'number' || tokens <= 0 || config['use_sliding_window'] === false) return undefined;
  // Qwen's class has the switch off unless the config says otherwise.
  if (/^qwen[23]/i.test(String(config['model_type'])) && config['use_sliding_window'] !== true)
    return undefined;
  const limit = config['max_position_embeddings'];
  return typeof limit === 'number' && tokens >= limit ? undefined : tokens;
}

/** 0 … count - 1 */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

const RECURRENT = /linear|mamba|recurrent|kda|conv/;

/** Which layers attend where the others keep a state; undefined where all attend. */
function fullLayers(
  config: HuggingFaceConfig,
  layers: number,
  list: (name: string) => readonly unknown[] | undefined,
  number: (name: string) => number | undefined,
): ((layer: number) => boolean) | undefined {
  const interval = number('full_attention_interval');
  if (interval !== undefined) return (layer) => (layer + 1) % interval === 0;
  const types = list('attn_type_list');
  if (types?.length === layers && types.includes(0)) return (layer) => types[layer] === 1;
  const indices = list('attn_layer_indices');
  if (indices !== undefined) return (layer) => indices.includes(layer);
  const period = number('attn_layer_period');
  if (period !== undefined) {
    const offset = number('attn_layer_offset') ?? 0;
    return (layer) => layer % period === offset;
  }
  const linear = config['linear_attn_config'];
  const kda = typeof linear === 'object' && linear !== null ? (linear as HuggingFaceConfig) : {};
  const attending = kda['full_attn_layers'];
  // Counted from 1 (Kimi-Linear-48B-A3B, config.json).
  return Array.isArray(attending) ? (layer) => attending.includes(layer + 1) : undefined;
}
