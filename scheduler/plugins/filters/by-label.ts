import { definePlugin } from '../../plugin-type.ts';
import type { Filter } from '../../plugin.ts';

/*
 * by-label (deprecated): keeps endpoints whose label has one of the values, or that lack it if that is allowed.
 * Inputs: labels. Parameters: label (required), validValues [], allowsNoLabel (false); one of the two is needed.
 * Source: pkg/epp/framework/plugins/scheduling/filter/bylabel/filter.go of llm-d-router at ebab6879.
 */
export const byLabel = definePlugin({
  type: 'by-label',
  roles: ['filter'],
  maturity: 'deprecated',
  needsParameters: true,
  parameters: (reader) => {
    const label = reader.string('label', '');
    const values = reader.strings('validValues') ?? [];
    const allowsNoLabel = reader.bool('allowsNoLabel', false);
    if (label === '') reader.refuse('label', 'is required');
    if (values.length === 0 && !allowsNoLabel) reader.refuse(undefined, 'need validValues or allowsNoLabel');
    return { label, values: new Set(values), allowsNoLabel };
  },
  create: ({ label, values, allowsNoLabel }, { name }): Filter => ({
    type: 'by-label',
    name,
    filter: (_state, endpoints) =>
      endpoints.filter(({ labels }) => {
        const value = labels.get(label);
        return (value === undefined && allowsNoLabel) || values.has(value ?? '');
      }),
  }),
});
