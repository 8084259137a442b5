import { describe, expect, it } from 'vitest';

import { latencyData, type LatencyPrediction } from '../../../scheduler/attributes.ts';
import type { LatencyPredictor, LatencySample } from '../../../scheduler/latency-predictor.ts';
import type { RequestState } from '../../../scheduler/request-state.ts';
import { configText, scores, world, type World } from '../support/world.ts';

/** Predicts 100 ms, 200 ms … to the first token on p0, p1 …, and 10 ms, 20 ms … for each further one. */
class Ladder implements LatencyPredictor {
  readonly samples: LatencySample[] = [];

  predict(features: readonly { readonly endpoint: string }[]) {
    return features.map(({ endpoint }) => {
      const step = Number(endpoint.slice(-1)) + 1;
      return { ttft: 100 * step, tpot: 10 * step };
    });
  }

  learn(sample: LatencySample): void {
    this.samples.push(sample);
  }
}

const text = (parameters: string): string =>
  configText(
    `- {type: predicted-latency-producer, parameters: ${parameters}}\n- {type: latency-scorer}`,
    '  - {pluginRef: latency-scorer}',
  );

const SLOS = { 'x-llm-d-slo-ttft-ms': '250', 'x-slo-tpot-ms': '15' };

function predictions({ picker }: World, state: RequestState): (LatencyPrediction | undefined)[] {
  const key = picker.key<LatencyPrediction>(latencyData());
  return picker.endpoints.map((endpoint) => state.read(key, endpoint));
}

describe('predicted-latency-producer', () => {
  it('says what headroom predictions leave', () => {
    const w = world(text('{streamingMode: true}'), 3, { latencyPredictor: new Ladder() });
    const state = w.decide({ headers: SLOS });
    expect(predictions(w, state)).toEqual([
      {
        ttft: 100,
        tpot: 10,
        ttftHeadroom: 150,
        tpotHeadroom: 5,
        ttftValid: true,
        tpotValid: true,
        dispatched: 0,
      },
      {
        ttft: 200,
        tpot: 20,
        ttftHeadroom: 50,
        tpotHeadroom: -5,
        ttftValid: true,
        tpotValid: false,
        dispatched: 0,
      },
      {
        ttft: 300,
        tpot: 30,
        ttftHeadroom: -50,
        tpotHeadroom: -15,
        ttftValid: false,
        tpotValid: false,
        dispatched: 0,
      },
    ]);
    // One endpoint alone keeps both: it is the only one with a score, and its spread is none.
    expect(scores(state, 'latency-scorer')).toEqual([0.51, 0, 0]);
  });

  it('takes an SLO that is missing, or no number, for 0', () => {
    const w = world(text('{streamingMode: true}'), 1, { latencyPredictor: new Ladder() });
    expect(predictions(w, w.decide({ headers: { 'x-slo-ttft-ms': 'soon' } }))).toEqual([
      expect.objectContaining({ ttftHeadroom: -100, tpotHeadroom: -10, ttftValid: false, tpotValid: false }),
    ]);
  });

  it('holds a streamed answer to the strictest SLO that runs on the endpoint, times the buffer', () => {
    const w = world(text('{streamingMode: true, sloBufferFactor: 2}'), 2, { latencyPredictor: new Ladder() });
    const strict = w.send({ headers: SLOS }, 0, 0);
    const lax = { headers: { 'x-slo-ttft-ms': '250', 'x-slo-tpot-ms': '40' } };
    expect(predictions(w, w.decide(lax)).map((p) => [p?.tpotHeadroom, p?.dispatched])).toEqual([
      [2 * 15 - 10, 1],
      [2 * 40 - 20, 0],
    ]);
    w.picker.end(strict, 'natural', 1);
    expect(predictions(w, w.decide(lax)).map((p) => [p?.tpotHeadroom, p?.dispatched])).toEqual([
      [2 * 40 - 10, 0],
      [2 * 40 - 20, 0],
    ]);
  });

  it('does not judge the pace of answers that come in one piece, nor that of prefill endpoints', () => {
    const whole = world(text('{}'), 1, { latencyPredictor: new Ladder() });
    expect(predictions(whole, whole.decide())[0]).toMatchObject({ tpotHeadroom: 0, tpotValid: true });
    const roles = world(
      text('{streamingMode: true, endpointRoleLabel: role}'),
      2,
      { latencyPredictor: new Ladder() },
      [{ role: 'prefill' }, { role: 'decode' }],
    );
    expect(predictions(roles, roles.decide()).map((p) => p?.tpotHeadroom)).toEqual([0, -20]);
  });

  it('teaches what came about: TTFT with the first chunk, the mean pace at the end', () => {
    const predictor = new Ladder();
    const w = world(text('{streamingMode: true}'), 2, { latencyPredictor: predictor });
    w.scrape(1, { kvUsage: 0.25, waiting: 3 });
    const state = w.send({ id: 'r', headers: SLOS, prompts: [w.prompt([1, 0, 640])] }, 10, 1);
    w.picker.firstChunk(state, 10.1234);
    w.picker.end(state, 'natural', 11.1234, 11);
    const features = {
      requestId: 'r',
      endpoint: 'ns/p1',
      kvCachePercentage: 0.25,
      inputTokenLength: 640,
      numRequestWaiting: 3,
      numRequestRunning: 0,
      numTokensGenerated: 1,
      prefixCacheScore: 0,
      podType: '',
      prefillTokensInFlight: 0,
      decodeTokensInFlight: 0,
    };
    expect(predictor.samples).toEqual([
      { features, ttft: 123 },
      { features, tpot: 100 },
    ]);
    const second = w.send({ prompts: [w.prompt([1, 0, 640])] }, 20, 1);
    w.picker.firstChunk(second, 21);
    w.picker.end(second, 'error', 21);
    expect(predictor.samples.slice(2)).toMatchObject([{ features: { prefixCacheScore: 1 }, ttft: 1000 }]);
  });

  it('teaches the whole latency of an answer in one piece', () => {
    const predictor = new Ladder();
    const w = world(text('{}'), 1, { latencyPredictor: predictor });
    const state = w.send({}, 1);
    w.picker.end(state, 'natural', 3.5, 100);
    expect(predictor.samples).toMatchObject([{ ttft: 2500 }]);
    expect(predictor.samples[0]?.tpot).toBeUndefined();
  });

  it('produces nothing without a predictor; the scorer then weighs cache, queue and prefix', () => {
    const w = world(text('{}'), 2);
    w.scrape(0, { kvUsage: 0.5, waiting: 4 });
    w.scrape(1, { kvUsage: 0.1, waiting: 1 });
    const state = w.decide();
    expect(predictions(w, state)).toEqual([undefined, undefined]);
    // (1 - 0.5 + 0 + 0) / 3 and (0.9 + 0.75 + 0) / 3, to two places.
    expect(scores(state, 'latency-scorer')).toEqual([0.17, 0.55]);
  });
});
