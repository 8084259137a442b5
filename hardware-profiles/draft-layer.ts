import type { ModelProfile } from './model-profile.ts';

/**
 * The layer that drafts for a model, as a model of its own: one layer like the model's last, that sees everything.
 * EAGLE drafts with one decoder layer (Li et al., ICML 2024, arXiv 2401.15077), multi-token prediction with one layer of
 * the model (DeepSeek-V3, arXiv 2412.19437, 2.2); both use the model's embedding and LM head.
 */
export function draftLayer(model: ModelProfile): ModelProfile {
  const { mlp, moe } = model;
  return {
    ...model,
    name: `drafting layer of ${model.name}`,
    layers: 1,
    window: undefined,
    attentionLayers: 1,
    recurrent: undefined,
    mtpLayers: 0,
    mlp: { ...mlp, layers: moe === undefined ? 1 : 0 },
    moe: moe === undefined ? undefined : { ...moe, layers: 1 },
    otherParameters: 0,
    topKTopP: false,
  };
}

/** A model with a drafting layer on top of its own: what the memory of a GPU has to hold. */
export function withDraftLayer(model: ModelProfile): ModelProfile {
  const { layers, mlp, moe } = model;
  return {
    ...model,
    layers: layers + 1,
    attentionLayers: model.attentionLayers + 1,
    mlp: { ...mlp, layers: mlp.layers + (moe === undefined ? 1 : 0) },
    moe: moe === undefined ? undefined : { ...moe, layers: moe.layers + 1 },
  };
}
