import type { WindowGroups } from '../../hardware-profiles/kv-cache-tokens.ts';
import { layerGroups } from '../../hardware-profiles/layer-groups.ts';
import type { ModelProfile } from '../../hardware-profiles/model-profile.ts';
import type { ResolvedEngineSpec } from './engine-config-of.ts';

/** A block of a state is held for the token that is computed next, as a window of two tokens holds one (vLLM MambaManager). */
const STATE_WINDOW = 2;

/**
 * The groups of sliding-window layers of a model on a server, or of its layers with a state, which hold the block of the
 * newest tokens alone; undefined for models without.
 */
export function windowGroupsOf(
  model: ModelProfile | undefined,
  { async_scheduling, max_num_batched_tokens }: ResolvedEngineSpec,
): WindowGroups | undefined {
  if (model === undefined) return undefined;
  const { full, window, recurrent } = layerGroups(model);
  if (window + recurrent === 0) return undefined;
  return {
    window: model.window?.tokens ?? STATE_WINDOW,
    groups: window + recurrent,
    inFlightTokens: (async_scheduling ? 2 : 1) * max_num_batched_tokens,
    alone: full === 0,
  };
}
