import { definePlugin } from '../../plugin-type.ts';
import type { Decider } from '../../plugin.ts';

/*
 * always-disagg-multimodal-decider: yes if the tokenised request has images, videos or sounds.
 * Parameters: none, whatever is given is ignored.
 * Source: pkg/epp/framework/plugins/scheduling/profilehandler/disagg/always_disagg_mm_decider.go of llm-d-router at ebab6879.
 */
export const alwaysDisaggMultimodalDecider = definePlugin({
  type: 'always-disagg-multimodal-decider',
  roles: ['decider'],
  maturity: 'beta',
  create: (_, { name }): Decider => ({
    type: 'always-disagg-multimodal-decider',
    name,
    disaggregate: ({ request, prompts }) => prompts !== undefined && (request.features?.length ?? 0) > 0,
  }),
});
