import type { Bytes, Tokens } from '../base/units.ts';
import type { Figure } from './figure.ts';

/** What a step of a model computes and reads: the sizes in its config.json, under plain names. */
export interface ModelProfile {
  readonly name: string;
  /** The model's page. */
  readonly card: string | undefined;
  /** Where the sizes come from. */
  readonly source: string;
  /** Class of the implementation (config.json `architectures`). */
  readonly architecture: string;
  readonly layers: number;
  readonly hiddenSize: number;
  readonly vocabSize: number;
  readonly tiedEmbeddings: boolean;
  /** Longest sequence that the config admits, in tokens. */
  readonly maxModelLen: Tokens;
  readonly attention: Attention;
  /** Layers whose attention sees only the last `tokens` tokens. */
  readonly window: { readonly layers: number; readonly tokens: Tokens } | undefined;
  /** Layers that attend, to a window or to everything; the others keep a state, or are an MLP alone. */
  readonly attentionLayers: number;
  /** Layers with a state of fixed size instead of a growing KV cache: linear attention, Mamba. */
  readonly recurrent: RecurrentLayers | undefined;
  /** Layers of the checkpoint that predict tokens beyond the next one (`num_nextn_predict_layers`). */
  readonly mtpLayers: number;
  /** Whether MLPs and experts multiply two matrices (gate and up) before the one down, or have only one up. */
  readonly gated: boolean;
  /** Dense MLPs: layers that have one, and its width. */
  readonly mlp: { readonly layers: number; readonly width: number };
  readonly moe: MixtureOfExperts | undefined;
  /** How the checkpoint stores the matrices. Embedding, LM head, norms and router are BF16. */
  readonly weights: {
    readonly attention: WeightFormat;
    readonly mlp: WeightFormat;
    readonly experts: WeightFormat;
  };
  /** How the checkpoint wants keys and values stored, which vLLM does unless told otherwise. */
  readonly kvCache: 'bf16' | 'fp8';
  /** Parameters beside the matrices of the language model (a vision tower, embedded positions), BF16. */
  readonly otherParameters: number;
  /** Whether its generation_config.json asks for top-k or top-p sampling, which vLLM then does by default. */
  readonly topKTopP: boolean;
  /** Why step times of it cannot be computed, found in its config; undefined = they can. */
  readonly unmodelled: string | undefined;
  /** What of it is computed as something similar; undefined = nothing. */
  readonly approximated: string | undefined;
  /** As the model's card says; undefined for a config.json alone. */
  readonly parameters: Figure | undefined;
  readonly activeParameters: Figure | undefined;
  /** Bytes that a token adds to the KV cache in the type of the checkpoint, one copy; undefined for a config.json alone. */
  readonly kvBytesPerToken: Figure | undefined;
}

export type Attention = GroupedQueryAttention | LatentAttention;

export interface GroupedQueryAttention {
  readonly kind: 'gqa';
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** Width of a value head; headDim unless the config says otherwise. */
  readonly valueDim: number;
  /** Norms on queries and keys. */
  readonly qkNorm: boolean;
  /** These norms run over the heads of all GPUs, which therefore add up their squares (MiniMax-M2). */
  readonly qkNormShared: boolean;
  readonly bias: boolean;
}

/** Multi-head latent attention: one compressed vector per token and layer, on every GPU of a tensor-parallel group. */
export interface LatentAttention {
  readonly kind: 'mla';
  readonly heads: number;
  /** 0 = queries are not compressed. */
  readonly queryRank: number;
  readonly latentRank: number;
  readonly nopeDim: number;
  readonly ropeDim: number;
  readonly valueDim: number;
}

/** Layers that keep a state per sequence. Sizes are those of one layer, all GPUs together. */
export interface RecurrentLayers {
  readonly kind: string;
  readonly layers: number;
  /** Matrices that every token goes through: n outputs, k inputs. */
  readonly matrices: readonly { readonly n: number; readonly k: number }[];
  /** Beside the matrices: convolutions. */
  readonly otherParameters: number;
  /** State of one sequence. */
  readonly state: Bytes;
}

export interface MixtureOfExperts {
  readonly layers: number;
  readonly experts: number;
  readonly topK: number;
  /** Width of one expert. */
  readonly width: number;
  /** Summed width of the experts that every token visits. */
  readonly sharedWidth: number;
}

export const WEIGHT_FORMATS = ['bf16', 'fp8', 'fp8-block', 'int8', 'int4', 'mxfp4', 'nvfp4'] as const;

export type WeightFormat = (typeof WEIGHT_FORMATS)[number];

/** Bytes per weight, scales included. */
export const WEIGHT_BYTES: Readonly<Record<WeightFormat, Bytes>> = {
  bf16: 2,
  fp8: 1,
  'fp8-block': 1 + 4 / (128 * 128), // one FP32 scale per 128 x 128 block
  int8: 1,
  int4: 0.5 + 2 / 128, // one FP16 scale per group of 128
  mxfp4: 0.5 + 1 / 32, // one 8-bit scale per 32 (OCP microscaling formats 1.0)
  nvfp4: 0.5 + 1 / 16, // one FP8 scale per 16
};
