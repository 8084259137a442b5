import type { HuggingFaceConfig } from '../../hardware-profiles/config-reader.ts';

/** A model at Hugging Face: what its config.json says, as far as it is read, and what follows from it. */
export interface PublishedConfig {
  /** https://huggingface.co/<id>/blob/main/config.json */
  readonly id: string;
  /** As its page counts its weights (safetensors), or as its card says. */
  readonly parameters: number;
  /** KV cache of a token in all layers that keep every token, BF16. */
  readonly kvBytes: number;
  /** Layers: those that see everything, a window, and those with a state. */
  readonly layers: readonly [full: number, window: number, recurrent: number];
  readonly config: HuggingFaceConfig;
}

/** hidden, MLP, layers, heads, KV heads, vocabulary, limit: the names that most families share. */
export function llamaLike(
  model_type: string,
  [hidden, mlp, layers, heads, kv, vocab, limit]: readonly number[],
  more: HuggingFaceConfig = {},
): HuggingFaceConfig {
  return {
    model_type,
    hidden_size: hidden,
    intermediate_size: mlp,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: kv,
    vocab_size: vocab,
    max_position_embeddings: limit,
    ...more,
  };
}
