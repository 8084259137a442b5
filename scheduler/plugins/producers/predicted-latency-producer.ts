import type { Seconds, Tokens } from '../../../base/units.ts';
import {
  inFlightData,
  LATENCY_PRODUCER,
  latencyData,
  prefixMatchData,
  tokenizedPromptData,
  type InFlightLoad,
  type LatencyPrediction,
  type PrefixMatch,
} from '../../attributes.ts';
import type { ParameterReader } from '../../config/parameter-reader.ts';
import type { Endpoint } from '../../endpoint.ts';
import type { LatencyFeatures, LatencyPredictor } from '../../latency-predictor.ts';
import { definePlugin, type PluginContext } from '../../plugin-type.ts';
import type { EndpointListener, PreRequest, Producer, ResponseBody } from '../../plugin.ts';
import type { RequestState } from '../../request-state.ts';
import { RunningSlos } from './running-slos.ts';

/** Hard-coded upstream, whatever the handler calls its profiles. */
const PREFILL = 'prefill';
const TTFT_HEADERS = ['x-llm-d-slo-ttft-ms', 'x-slo-ttft-ms'];
const TPOT_HEADERS = ['x-llm-d-slo-tpot-ms', 'x-slo-tpot-ms'];

/*
 * predicted-latency-producer: asks a predictor for TTFT and TPOT of the request on every candidate and says what headroom
 * they leave; teaches it the latencies that come about.
 * TTFT headroom = TTFT SLO - prediction. TPOT headroom, when streaming: min(request's TPOT SLO, least TPOT SLO of the requests
 * running there, if above 0) * sloBufferFactor - prediction; else, and on endpoints whose role label says prefill: 0, valid. An
 * SLO that is not given is 0. Valid = prediction below the SLO. No predictor, or no answer: nothing is produced.
 * Learnt: TTFT with the first chunk when streaming (of the prefill target, where there is one), else the whole latency at
 * the end; mean TPOT at the end when streaming. Features are those of the moment of producing.
 * Inputs: PrefixCacheMatchInfo, InFlightLoad, Metrics, SLO headers. Produces LatencyPredictionInfo. Parameters:
 * sloBufferFactor (1, above 0), streamingMode (false), predictInProduce (true), endpointRoleLabel (none),
 * prefixMatchInfoProducerName, inFlightLoadProducerName, contextTTL, useEncoderCacheFeatures, samplingMean (1000, above 0),
 * maxDecodeTokenSamplesForPrediction (0): the last four of no effect here.
 * Source: pkg/epp/framework/plugins/requestcontrol/dataproducer/predictedlatency of llm-d-router at ebab6879.
 */
export const predictedLatencyProducer = definePlugin({
  type: LATENCY_PRODUCER,
  roles: ['producer', 'pre-request'],
  maturity: 'beta',
  parameters: readParameters,
  data: ({ prefix, inFlight }, name) => ({
    requires: [prefix, inFlight, tokenizedPromptData()],
    produces: [latencyData(name)],
  }),
  create: createLatencyProducer,
});

type Parameters = ReturnType<typeof readParameters>;

function readParameters(reader: ParameterReader) {
  const buffer = reader.float('sloBufferFactor', 1);
  if (buffer <= 0) reader.refuse('sloBufferFactor', 'must be above 0');
  if (reader.float('samplingMean', 1000) <= 0) reader.refuse('samplingMean', 'must be above 0');
  if (reader.int('maxDecodeTokenSamplesForPrediction', 0) < 0)
    reader.refuse('maxDecodeTokenSamplesForPrediction', 'must not be negative');
  // A Go duration without a text form: nanoseconds.
  reader.int('contextTTL');
  reader.bool('useEncoderCacheFeatures');
  return {
    buffer,
    streaming: reader.bool('streamingMode', false),
    predicts: reader.bool('predictInProduce', true),
    roleLabel: reader.string('endpointRoleLabel', ''),
    prefix: prefixMatchData(reader.string('prefixMatchInfoProducerName') || undefined),
    inFlight: inFlightData(reader.string('inFlightLoadProducerName') || undefined),
  };
}

/** What is remembered of a request between its moments. */
interface Memo {
  readonly ttftSlo: number;
  readonly tpotSlo: number;
  /** By endpoint index. */
  readonly features: ReadonlyMap<number, LatencyFeatures>;
  dispatchedAt: Seconds | undefined;
  ttft: number | undefined;
}

function createLatencyProducer(
  parameters: Parameters,
  context: PluginContext,
): Producer & PreRequest & ResponseBody & EndpointListener {
  const { buffer, streaming, predicts, roleLabel } = parameters;
  const predictor: LatencyPredictor | undefined = context.latencyPredictor;
  const predictionKey = context.key<LatencyPrediction>(latencyData(context.name));
  const matchKey = context.key<PrefixMatch>(parameters.prefix);
  const loadKey = context.key<InFlightLoad>(parameters.inFlight);
  const memoKey = context.key<Memo>(`latency-memo/${context.name}`);
  const running = new RunningSlos();

  const featuresOf = (state: RequestState, endpoint: Endpoint): LatencyFeatures => {
    const match = state.read(matchKey, endpoint);
    const load = state.read(loadKey, endpoint);
    const { kvUsage, waiting } = endpoint.metrics;
    return {
      requestId: state.request.id,
      endpoint: endpoint.id,
      kvCachePercentage: kvUsage,
      inputTokenLength: state.inputTokens,
      numRequestWaiting: waiting,
      numRequestRunning: load?.requests ?? 0,
      numTokensGenerated: 1,
      prefixCacheScore:
        match === undefined || match.totalBlocks <= 0 ? 0 : match.matchBlocks / match.totalBlocks,
      podType: roleLabel === '' ? '' : (endpoint.labels.get(roleLabel) ?? ''),
      prefillTokensInFlight: load?.tokens ?? 0,
      decodeTokensInFlight: 0,
    };
  };

  const judge = (endpoint: Endpoint, memo: Memo, ttft: number, tpot: number): LatencyPrediction => {
    const isPrefill = roleLabel !== '' && endpoint.labels.get(roleLabel) === 'prefill';
    let tpotHeadroom = 0;
    let tpotValid = true;
    if (streaming && !isPrefill) {
      const least = running.least(endpoint.index);
      const slo = least > 0 ? Math.min(memo.tpotSlo, least) : memo.tpotSlo;
      tpotHeadroom = slo * buffer - tpot;
      tpotValid = tpot < slo * buffer;
    }
    return {
      ttftValid: ttft < memo.ttftSlo,
      tpotValid,
      ttftHeadroom: memo.ttftSlo - ttft,
      tpotHeadroom,
      ttft,
      tpot,
      dispatched: running.count(endpoint.index),
    };
  };

  const teachTtft = (state: RequestState, memo: Memo, now: Seconds): void => {
    if (memo.dispatchedAt === undefined) return;
    memo.ttft = milliseconds(now - memo.dispatchedAt);
    const target = state.result(PREFILL)?.targets[0] ?? state.result(state.primary ?? '')?.targets[0];
    const features = target === undefined ? undefined : memo.features.get(target.endpoint.index);
    if (features !== undefined) predictor?.learn({ features, ttft: memo.ttft }, now);
  };

  return {
    type: LATENCY_PRODUCER,
    name: context.name,
    produce(state, now) {
      const { candidates, request } = state;
      const list = candidates.map((endpoint) => featuresOf(state, endpoint));
      const memo: Memo = {
        ttftSlo: headerNumber(request.headers, TTFT_HEADERS),
        tpotSlo: headerNumber(request.headers, TPOT_HEADERS),
        features: new Map(candidates.map(({ index }, i) => [index, list[i] as LatencyFeatures])),
        dispatchedAt: undefined,
        ttft: undefined,
      };
      state.set(memoKey, memo);
      const predictions = predicts ? predictor?.predict(list, now) : undefined;
      if (predictions === undefined) return undefined;
      const column = state.column(predictionKey);
      candidates.forEach((endpoint, i) => {
        const prediction = predictions[i];
        if (prediction !== undefined)
          column[endpoint.index] = judge(endpoint, memo, prediction.ttft, prediction.tpot);
      });
      return undefined;
    },
    preRequest(state, _headers, now) {
      const memo = state.get(memoKey);
      const target = state.result(state.primary ?? '')?.targets[0];
      if (predictor === undefined || memo === undefined || target === undefined) return;
      memo.dispatchedAt = now;
      running.add(target.endpoint.index, memo.tpotSlo);
    },
    firstChunk(state, now) {
      const memo = state.get(memoKey);
      if (memo !== undefined && streaming) teachTtft(state, memo, now);
    },
    end(state, _cause, now) {
      const memo = state.get(memoKey);
      const target = state.result(state.primary ?? '')?.targets[0];
      if (memo?.dispatchedAt === undefined || target === undefined) return;
      running.remove(target.endpoint.index, memo.tpotSlo);
      if (!streaming) teachTtft(state, memo, now);
      const tokens: Tokens = state.outputTokens ?? 0;
      const features = memo.features.get(target.endpoint.index);
      if (streaming && memo.ttft !== undefined && memo.ttft > 0 && tokens > 1 && features !== undefined) {
        const tpot = (milliseconds(now - memo.dispatchedAt) - memo.ttft) / (tokens - 1);
        if (tpot > 0) predictor?.learn({ features: { ...features, prefixCacheScore: 0 }, tpot }, now);
      }
      memo.dispatchedAt = undefined;
    },
    forget: (index) => running.forget(index),
  };
}

/** Whole milliseconds, as Go's Duration.Milliseconds. */
function milliseconds(seconds: Seconds): number {
  return Math.trunc(seconds * 1000);
}

/** The number in the first of these headers that is there; 0 when there is none or it is no number. */
function headerNumber(headers: Readonly<Record<string, string>>, names: readonly string[]): number {
  const text = names.map((name) => headers[name]).find((value) => value !== undefined);
  if (text === undefined || text.trim() !== text || text === '') return 0;
  const value = Number(text);
  return Number.isNaN(value) ? 0 : value;
}
