import type { ParameterReader } from '../../config/parameter-reader.ts';
import { definePlugin } from '../../plugin-type.ts';

/*
 * disaggregatedset-rollout-screener: keeps prefill and decode of a request within one revision of a rollout, by the counts of
 * ready pods that Kubernetes reports.
 * Parameters: scope {labelSelector (required)}, revisionGating (required) {mode: sum | max-role | disabled, requiredRoles
 * (required unless disabled), revisionHeaderName, revisionLabelKey, roleLabelKey}, headerSelectors.
 * Source: pkg/epp/framework/plugins/requestcontrol/screener/disaggregatedsetrollout of llm-d-router at ebab6879.
 */
export const disaggregatedsetRolloutScreener = definePlugin({
  type: 'disaggregatedset-rollout-screener',
  roles: ['screener'],
  maturity: 'alpha',
  unverified: true,
  needsParameters: true,
  notSimulated: 'it follows the rollout of Kubernetes pods, which a fleet here does not have',
  parameters: (reader) => {
    if (reader.object('scope').string('labelSelector', '') === '')
      reader.refuse('scope', 'needs a labelSelector');
    readGating(reader);
  },
});

function readGating(reader: ParameterReader): void {
  const gating = reader.object('revisionGating');
  if (!gating.given) {
    reader.refuse('revisionGating', 'is required');
    return;
  }
  for (const key of ['revisionHeaderName', 'revisionLabelKey', 'roleLabelKey']) gating.string(key);
  const mode = gating.string('mode', '');
  const roles = gating.strings('requiredRoles') ?? [];
  if (mode !== 'sum' && mode !== 'max-role' && mode !== 'disabled')
    gating.refuse('mode', 'must be sum, max-role or disabled');
  if (mode === 'disabled') return;
  if (roles.length === 0 || roles.includes('') || new Set(roles).size < roles.length)
    gating.refuse('requiredRoles', 'must be different names, at least one');
}
