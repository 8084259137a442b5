import { definePlugin } from '../../plugin-type.ts';
import type { Scorer } from '../../plugin.ts';

/*
 * header-label-affinity-scorer: 1 where the endpoint's label equals the request's header, else 0; without the header 0.
 * Inputs: a request header, labels. Parameters: headerName, labelKey, both required.
 * Source: pkg/epp/framework/plugins/scheduling/scorer/headerlabelaffinity of llm-d-router at ebab6879.
 */
export const headerLabelAffinityScorer = definePlugin({
  type: 'header-label-affinity-scorer',
  roles: ['scorer'],
  maturity: 'alpha',
  needsParameters: true,
  parameters: (reader) => {
    const headerName = reader.string('headerName', '');
    const labelKey = reader.string('labelKey', '');
    if (headerName === '') reader.refuse('headerName', 'is required');
    if (labelKey === '') reader.refuse('labelKey', 'is required');
    return { header: headerName.toLowerCase(), labelKey };
  },
  create: ({ header, labelKey }, { name }): Scorer => ({
    type: 'header-label-affinity-scorer',
    name,
    score({ request }, endpoints, scores) {
      const wanted = request.headers[header] ?? '';
      for (let i = 0; i < endpoints.length; i++)
        scores[i] = wanted !== '' && endpoints[i]?.labels.get(labelKey) === wanted ? 1 : 0;
    },
  }),
});
