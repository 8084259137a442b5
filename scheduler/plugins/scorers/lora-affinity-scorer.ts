import { coreMetricData } from '../../attributes.ts';
import { definePlugin } from '../../plugin-type.ts';
import type { Scorer } from '../../plugin.ts';

/*
 * lora-affinity-scorer: 1 where the target model is a loaded adapter; else 0.8 where a slot is free (loaded + waiting <
 * slots); else 0.6 where it waits; else 0.
 * Inputs: Metrics.activeAdapters, waitingAdapters, maxActiveAdapters; the request's model. Parameters: none, whatever is
 * given is ignored.
 * Source: pkg/epp/framework/plugins/scheduling/scorer/loraaffinity of llm-d-router at ebab6879.
 */
export const loraAffinityScorer = definePlugin({
  type: 'lora-affinity-scorer',
  roles: ['scorer'],
  maturity: 'beta',
  data: () => ({ requires: [coreMetricData('ActiveModels'), coreMetricData('WaitingModels')] }),
  create: (_, { name }): Scorer => ({
    type: 'lora-affinity-scorer',
    name,
    score({ request }, endpoints, scores) {
      for (let i = 0; i < endpoints.length; i++) {
        const metrics = endpoints[i]?.metrics;
        if (metrics === undefined) continue;
        const { activeAdapters, waitingAdapters, maxActiveAdapters } = metrics;
        const used = Object.keys(activeAdapters).length + Object.keys(waitingAdapters).length;
        if (Object.hasOwn(activeAdapters, request.model)) scores[i] = 1;
        else if (used < maxActiveAdapters) scores[i] = 0.8;
        else scores[i] = Object.hasOwn(waitingAdapters, request.model) ? 0.6 : 0;
      }
    },
  }),
});
