import { latencyData, type LatencyPrediction } from '../../attributes.ts';
import { definePlugin } from '../../plugin-type.ts';
import type { Admitter } from '../../plugin.ts';

/*
 * latency-slo-admitter: turns a request of negative priority that carries SLO headers away when there are predictions and
 * none of them is valid (TTFT and TPOT), no candidate is idle (nothing running) and none is cold (KV usage below 2 %).
 * Inputs: LatencyPredictionInfo, Metrics, headers x-llm-d-slo-ttft-ms and x-llm-d-slo-tpot-ms (old names x-slo-…).
 * Parameters: latencyPredictionInfoProducerName.
 * Source: pkg/epp/framework/plugins/requestcontrol/admitter/latencyslo of llm-d-router at ebab6879.
 */
export const latencySloAdmitter = definePlugin({
  type: 'latency-slo-admitter',
  roles: ['admitter'],
  maturity: 'beta',
  parameters: (reader) => ({
    producer: reader.string('latencyPredictionInfoProducerName') || undefined,
  }),
  data: ({ producer }) => ({ requires: [latencyData(producer)] }),
  create: ({ producer }, context): Admitter => {
    const latency = context.key<LatencyPrediction>(latencyData(producer));
    return {
      type: 'latency-slo-admitter',
      name: context.name,
      admit(state) {
        const { request, candidates } = state;
        if (request.priority >= 0 || !SLO_HEADERS.some((name) => positive(request.headers[name])))
          return undefined;
        let predicted = false;
        for (const endpoint of candidates) {
          const { running, kvUsage } = endpoint.metrics;
          if (running === 0 || kvUsage < COLD_BELOW) return undefined;
          const prediction = state.read(latency, endpoint);
          if (prediction === undefined) continue;
          predicted = true;
          if (prediction.ttftValid && prediction.tpotValid) return undefined;
        }
        return predicted ? 'no endpoint is predicted to meet its SLO' : undefined;
      },
    };
  },
});

const COLD_BELOW = 0.02;
const SLO_HEADERS = ['x-llm-d-slo-ttft-ms', 'x-llm-d-slo-tpot-ms', 'x-slo-ttft-ms', 'x-slo-tpot-ms'];

function positive(text: string | undefined): boolean {
  return text !== undefined && Number(text) > 0;
}
