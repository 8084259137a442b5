import type { ModelProfile } from './model-profile.ts';

/** How a model's layers share KV blocks: layers of a group have one block table, groups take blocks from one pool. */
export interface LayerGroups {
  /** Layers of one group, padding included: the layers whose pages share a block. */
  readonly layers: number;
  /** Groups of layers that see the whole context, of layers that see a window of it, and of layers with a state. */
  readonly full: number;
  readonly window: number;
  readonly recurrent: number;
}

/**
 * The groups that vLLM makes: as many layers in each as the rarer kind has, or as the more frequent kind where that is
 * less than a quarter more. A layer with a state has a page as large as an attending layer's.
 * Source: vLLM v1/core/kv_cache_utils.py _get_kv_cache_groups_uniform_page_size.
 */
export function layerGroups(model: ModelProfile): LayerGroups {
  const window = model.window?.layers ?? 0;
  const recurrent = model.recurrent?.layers ?? 0;
  const full = model.attentionLayers - window;
  const kinds = [full, window, recurrent].filter((count) => count > 0);
  const rarest = Math.min(...kinds);
  const most = Math.max(...kinds);
  const layers = most < 1.25 * rarest ? most : rarest;
  const groups = (count: number): number => Math.ceil(count / layers);
  return { layers, full: groups(full), window: groups(window), recurrent: groups(recurrent) };
}
