import type { PluginPlan } from '../../plugin-type.ts';
import { alwaysDisaggMultimodalDecider } from '../deciders/always-disagg-multimodal-decider.ts';
import { prefixBasedPdDecider } from '../deciders/prefix-based-pd-decider.ts';
import { disaggProfileHandler } from './disagg-profile-handler.ts';
import type { DisaggParameters } from './disagg-parameters.ts';
import { pdProfileHandler } from './pd-profile-handler.ts';

/** A stage that a profile handler runs beside decode; `decider`: who is asked, undefined = nobody. */
export interface StageBeside {
  readonly profile: string;
  readonly decider: string | undefined;
}

/** The stages that a plugin, if it is a handler of disaggregated serving, may run beside decode. */
export function stagesBeside({ type, parameters }: PluginPlan): StageBeside[] {
  if (type.type === pdProfileHandler.type) {
    const { prefill, decider } = parameters as { readonly prefill: string; readonly decider: string };
    return [{ profile: prefill, decider }];
  }
  if (type.type !== disaggProfileHandler.type) return [];
  const { prefillFirst, prefill, encode, prefillDecider, encodeDecider } = parameters as DisaggParameters;
  const stages: StageBeside[] = [];
  // A stage without a decider never runs, but for the first one of prefill-first.
  if (prefillFirst || prefillDecider !== undefined)
    stages.push({ profile: prefill, decider: prefillDecider });
  if (encodeDecider !== undefined) stages.push({ profile: encode, decider: encodeDecider });
  return stages;
}

/** Whether a decider can say yes of a request that is all text. */
export function saysYes(decider: PluginPlan | undefined): boolean {
  if (decider === undefined || decider.type.type === alwaysDisaggMultimodalDecider.type) return false;
  if (decider.type.type !== prefixBasedPdDecider.type) return true;
  return (decider.parameters as { readonly nonCachedTokens: number }).nonCachedTokens > 0;
}
