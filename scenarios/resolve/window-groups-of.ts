import type { WindowGroups } from '../../hardware-profiles/kv-cache-tokens.ts';
import { layerGroups } from '../../hardware-profiles/layer-groups.ts';
import type { ModelProfile } from '../../hardware-profiles/model-profile.ts';
import type { ResolvedEngineSpec } from './engine-config-of.ts';

/** The groups of sliding-window layers of a model on a server; undefined for models without. */
export function windowGroupsOf(
  model: ModelProfile | undefined,
  { async_scheduling, max_num_batched_tokens }: ResolvedEngineSpec,
): WindowGroups | undefined {
  if (model?.window === undefined) return undefined;
  return {
    window: model.window.tokens,
    groups: layerGroups(model).window,
    inFlightTokens: (async_scheduling ? 2 : 1) * max_num_batched_tokens,
  };
}
