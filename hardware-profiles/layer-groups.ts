import type { ModelProfile } from './model-profile.ts';

/** How a model's layers share KV blocks: layers of a group have one block table, groups take blocks from one pool. */
export interface LayerGroups {
  /** Layers of one group, padding included: the layers whose pages share a block. */
  readonly layers: number;
  /** Groups of layers that see the whole context, and of layers that see a window of it. */
  readonly full: number;
  readonly window: number;
}

/**
 * The groups that vLLM makes: as many layers in each as the rarer kind has, or as the more frequent kind where that is
 * less than a quarter more. Layers without a growing cache count for neither.
 * Source: vLLM v1/core/kv_cache_utils.py _get_kv_cache_groups_uniform_page_size.
 */
export function layerGroups(model: ModelProfile): LayerGroups {
  const window = model.window?.layers ?? 0;
  const full = model.layers - model.linearLayers - window;
  if (window === 0) return { layers: full, full: 1, window: 0 };
  if (full === 0) return { layers: window, full: 0, window: 1 };
  const rarer = Math.min(window, full);
  const more = Math.max(window, full);
  const layers = more < 1.25 * rarer ? more : rarer;
  return { layers, full: Math.ceil(full / layers), window: Math.ceil(window / layers) };
}
