import type { LatencyFeatures } from '../../../scheduler/latency-predictor.ts';

/**
 * What a model of TTFT looks at: the sidecar's inputs and the two that it makes of them, `is_queued` and
 * `effective_input_tokens`. Its third one, the quartile of the matched share, tells a tree nothing that the share itself does not, and is left out.
 * Source: docs of llm-d/llm-d-latency-predictor, "Features" (2026).
 */
export function ttftVector(features: LatencyFeatures): Float64Array {
  const { inputTokenLength, prefixCacheScore } = features;
  return Float64Array.of(
    ...endpointVector(features),
    prefixCacheScore,
    (1 - prefixCacheScore) * inputTokenLength,
  );
}

/** What a model of TPOT looks at: no matched share, but the tokens generated so far. */
export function tpotVector(features: LatencyFeatures): Float64Array {
  return Float64Array.of(...endpointVector(features), features.numTokensGenerated);
}

function endpointVector(features: LatencyFeatures): readonly number[] {
  return [
    features.kvCachePercentage,
    features.inputTokenLength,
    features.numRequestWaiting,
    features.numRequestRunning,
    features.numRequestWaiting > 0 ? 1 : 0,
    features.prefillTokensInFlight,
    features.decodeTokensInFlight,
    features.podType === 'prefill' ? 1 : 0,
    features.podType === 'decode' ? 1 : 0,
  ];
}
