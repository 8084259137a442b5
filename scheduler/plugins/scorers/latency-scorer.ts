import { latencyData, prefixMatchData, type LatencyPrediction, type PrefixMatch } from '../../attributes.ts';
import type { Endpoint } from '../../endpoint.ts';
import { definePlugin } from '../../plugin-type.ts';
import type { Scorer } from '../../plugin.ts';
import type { RequestState } from '../../request-state.ts';

/** Ranges of headroom up to this wide count as none. Source: scorer/latency/plugin.go (eps). */
const NO_RANGE = 1e-9;

/*
 * latency-scorer: how the predicted headrooms (SLO - prediction) of the endpoints compare.
 * No prediction anywhere: round(100 * composite) / 100 with composite = weighted mean of 1 - kv usage, queue ((most - q) /
 * most, 1 when all are empty) and matched share of the prompt.
 * Else only one group gets a score, the others 0: endpoints with both headrooms >= 0 or without a prediction; if there
 * is none, those with nothing dispatched; if there is none, the first non-empty of {only TPOT, only TTFT, both negative}.
 * In the group a = |TTFT headroom|, b = |TPOT headroom|, each scaled to 0..1 over the group (0.5 when all are equal; its
 * weight then goes to the other, unless that is equal too); combined = ttftWeight' a + tpotWeight' b with weights that add
 * up to 1 (1, 0 when their sum is not positive). Score: (trunc(100 (1 - combined)) + 1) / 100, or with `most` and a group
 * that is not negative (trunc(100 combined) + 1) / 100.
 * Inputs: LatencyPredictionInfo, PrefixCacheMatchInfo, Metrics. Parameters: ttftWeight (0.8), tpotWeight (0.2),
 * headroomSelectionStrategy (least | most; anything else means least), compositeKVWeight, compositeQueueWeight,
 * compositePrefixWeight (1 each), latencyPredictionInfoProducerName, prefixMatchInfoProducerName.
 * Source: pkg/epp/framework/plugins/scheduling/scorer/latency of llm-d-router at ebab6879.
 */
export const latencyScorer = definePlugin({
  type: 'latency-scorer',
  roles: ['scorer'],
  maturity: 'beta',
  parameters: (reader) => ({
    weights: normalized(reader.float('ttftWeight', 0.8), reader.float('tpotWeight', 0.2)),
    most: reader.string('headroomSelectionStrategy', 'least') === 'most',
    composite: compositeWeights(
      reader.float('compositeKVWeight', 1),
      reader.float('compositeQueueWeight', 1),
      reader.float('compositePrefixWeight', 1),
    ),
    latency: latencyData(reader.string('latencyPredictionInfoProducerName') || undefined),
    prefix: prefixMatchData(reader.string('prefixMatchInfoProducerName') || undefined),
  }),
  data: ({ latency, prefix }) => ({ requires: [latency, prefix] }),
  create: ({ weights, most, composite, latency, prefix }, context): Scorer => {
    const latencyKey = context.key<LatencyPrediction>(latency);
    const prefixKey = context.key<PrefixMatch>(prefix);
    const matchedShare = (state: RequestState, endpoint: Endpoint): number => {
      const match = state.read(prefixKey, endpoint);
      return match === undefined || match.totalBlocks <= 0 ? 0 : match.matchBlocks / match.totalBlocks;
    };
    return {
      type: 'latency-scorer',
      name: context.name,
      score(state, endpoints, scores) {
        const predictions = endpoints.map((endpoint) => state.read(latencyKey, endpoint));
        if (predictions.every((prediction) => prediction === undefined)) {
          compositeScores(endpoints, scores, composite, (endpoint) => matchedShare(state, endpoint));
          return;
        }
        scores.fill(0, 0, endpoints.length);
        const { members, negative } = bestGroup(predictions);
        scoreGroup(members, predictions, scores, weights, most && !negative);
      },
    };
  },
});

type Weights = readonly [ttft: number, tpot: number];
type Predictions = readonly (LatencyPrediction | undefined)[];

function normalized(ttft: number, tpot: number): Weights {
  const sum = ttft + tpot;
  return sum <= 0 ? [1, 0] : [ttft / sum, tpot / sum];
}

function compositeWeights(kv: number, queue: number, prefix: number): readonly [number, number, number] {
  const sum = kv + queue + prefix;
  return sum <= 0 ? [1, 0, 0] : [kv / sum, queue / sum, prefix / sum];
}

function compositeScores(
  endpoints: readonly Endpoint[],
  scores: Float64Array,
  [kv, queue, prefix]: readonly [number, number, number],
  matchedShare: (endpoint: Endpoint) => number,
): void {
  let longest = 0;
  for (const { metrics } of endpoints) longest = Math.max(longest, metrics.waiting);
  for (let i = 0; i < endpoints.length; i++) {
    const endpoint = endpoints[i];
    if (endpoint === undefined) continue;
    const { waiting, kvUsage } = endpoint.metrics;
    const free = longest > 0 ? (longest - waiting) / longest : 1;
    const composite = kv * (1 - kvUsage) + queue * free + prefix * matchedShare(endpoint);
    scores[i] = roundHalfAway(100 * composite) / 100;
  }
}

/** Go's math.Round: halves go away from zero. */
function roundHalfAway(value: number): number {
  return value < 0 ? -Math.round(-value) : Math.round(value);
}

/** The positions that get a score, and whether their headrooms are negative. */
function bestGroup(predictions: Predictions): { members: number[]; negative: boolean } {
  const groups = { positive: [] as number[], idle: [] as number[] };
  const tpotOnly: number[] = [];
  const ttftOnly: number[] = [];
  const both: number[] = [];
  predictions.forEach((prediction, i) => {
    if (prediction === undefined || (prediction.ttftHeadroom >= 0 && prediction.tpotHeadroom >= 0)) {
      groups.positive.push(i);
      return;
    }
    if (prediction.dispatched === 0) groups.idle.push(i);
    const ttftNegative = prediction.ttftHeadroom < 0;
    if (ttftNegative && prediction.tpotHeadroom < 0) both.push(i);
    else (ttftNegative ? ttftOnly : tpotOnly).push(i);
  });
  if (groups.positive.length > 0) return { members: groups.positive, negative: false };
  const members = [groups.idle, tpotOnly, ttftOnly, both].find((group) => group.length > 0) ?? [];
  return { members, negative: true };
}

function scoreGroup(
  members: readonly number[],
  predictions: Predictions,
  scores: Float64Array,
  weights: Weights,
  most: boolean,
): void {
  const ttft = members.map((i) => Math.abs(predictions[i]?.ttftHeadroom ?? 0));
  const tpot = members.map((i) => Math.abs(predictions[i]?.tpotHeadroom ?? 0));
  const [ttftLow, ttftRange] = spread(ttft);
  const [tpotLow, tpotRange] = spread(tpot);
  let [alpha, beta] = weights;
  if (ttftRange <= NO_RANGE && tpotRange > NO_RANGE) [alpha, beta] = [0, 1];
  else if (tpotRange <= NO_RANGE && ttftRange > NO_RANGE) [alpha, beta] = [1, 0];
  members.forEach((i, k) => {
    const a = ttftRange > NO_RANGE ? ((ttft[k] ?? 0) - ttftLow) / ttftRange : 0.5;
    const b = tpotRange > NO_RANGE ? ((tpot[k] ?? 0) - tpotLow) / tpotRange : 0.5;
    const combined = alpha * a + beta * b;
    scores[i] = (Math.trunc((most ? combined : 1 - combined) * 100) + 1) / 100;
  });
}

function spread(values: readonly number[]): [low: number, range: number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high - low];
}
