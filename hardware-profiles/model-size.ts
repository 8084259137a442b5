import type { Bytes } from '../base/units.ts';
import { WEIGHT_BYTES, type ModelProfile } from './model-profile.ts';

/** Numbers of parameters. */
export interface ParameterCount {
  readonly total: number;
  /** Those that one token uses: all but the experts that it is not sent to. */
  readonly active: number;
  /** Embedding and LM head: some cards leave them out of the active ones. */
  readonly embedding: number;
}

/** Counted from the sizes in the config: matrices, embeddings and routers; norms and biases are below 0.1 %. */
export function parameterCount(model: ModelProfile): ParameterCount {
  const rest =
    embeddingParameters(model) +
    routerParameters(model) +
    attentionParameters(model) * model.attentionLayers +
    recurrentParameters(model);
  const fixed = rest + denseParameters(model) + model.otherParameters;
  const expert = expertParameters(model);
  const { moe } = model;
  return {
    total: fixed + (moe === undefined ? 0 : moe.layers * moe.experts * expert),
    active: fixed + (moe === undefined ? 0 : moe.layers * moe.topK * expert),
    embedding: embeddingParameters(model),
  };
}

/**
 * Bytes of weights on each GPU of a tensor-parallel group; with expert parallelism experts are spread whole, which
 * takes the same memory. Matches what vLLM logs within 1 % (test/hardware-profiles/kv-capacity.test.ts).
 */
export function weightBytesPerGpu(model: ModelProfile, tensorParallelSize: number): Bytes {
  const { weights, moe } = model;
  const sharded =
    (embeddingParameters(model) + model.otherParameters) * WEIGHT_BYTES.bf16 +
    (attentionParameters(model) * model.attentionLayers + recurrentParameters(model)) *
      WEIGHT_BYTES[weights.attention] +
    denseParameters(model) * WEIGHT_BYTES[weights.mlp] +
    (moe === undefined
      ? 0
      : moe.layers * moe.experts * storedExpertWeights(model) * WEIGHT_BYTES[weights.experts]);
  return sharded / tensorParallelSize + routerParameters(model) * WEIGHT_BYTES.bf16;
}

function embeddingParameters(model: ModelProfile): number {
  return model.vocabSize * model.hiddenSize * (model.tiedEmbeddings ? 1 : 2);
}

function routerParameters(model: ModelProfile): number {
  return model.moe === undefined ? 0 : model.moe.layers * model.moe.experts * model.hiddenSize;
}

/** Of one layer. */
function attentionParameters({ attention, hiddenSize }: ModelProfile): number {
  const { heads } = attention;
  if (attention.kind === 'gqa') {
    const { kvHeads, headDim, valueDim } = attention;
    return hiddenSize * (heads * headDim + kvHeads * (headDim + valueDim) + heads * valueDim);
  }
  const { queryRank, latentRank, nopeDim, ropeDim, valueDim } = attention;
  const queryWidth = heads * (nopeDim + ropeDim);
  const query = queryRank === 0 ? hiddenSize * queryWidth : queryRank * (hiddenSize + queryWidth);
  return (
    query +
    hiddenSize * (latentRank + ropeDim) +
    latentRank * heads * (nopeDim + valueDim) +
    heads * valueDim * hiddenSize
  );
}

/** Of all layers with a state. */
function recurrentParameters({ recurrent }: ModelProfile): number {
  if (recurrent === undefined) return 0;
  const matrices = recurrent.matrices.reduce((sum, { n, k }) => sum + n * k, 0);
  return recurrent.layers * (matrices + recurrent.otherParameters);
}

/** Dense MLPs and shared experts of all layers. */
function denseParameters({ hiddenSize, gated, mlp, moe }: ModelProfile): number {
  return (
    (gated ? 3 : 2) *
    hiddenSize *
    (mlp.layers * mlp.width + (moe === undefined ? 0 : moe.layers * moe.sharedWidth))
  );
}

/** Of one expert. */
function expertParameters({ hiddenSize, gated, moe }: ModelProfile): number {
  return moe === undefined ? 0 : (gated ? 3 : 2) * hiddenSize * moe.width;
}

/** vLLM pads the hidden size of MXFP4 experts to a multiple of 256 (its logged 13.47 and 64.38 GiB of gpt-oss show it). */
function storedExpertWeights(model: ModelProfile): number {
  const { hiddenSize, weights } = model;
  const padded = weights.experts === 'mxfp4' ? Math.ceil(hiddenSize / 256) * 256 : hiddenSize;
  return (expertParameters(model) * padded) / hiddenSize;
}
