import { describe, expect, it, vi } from 'vitest';

import { idOf } from '../../../../documents/request-table.ts';
import type { RunRecord } from '../../../../documents/run-record.ts';
import { loadScenario } from '../../../../scenarios/load/load-scenario.ts';
import { resolveScenario } from '../../../../scenarios/resolve/resolve-scenario.ts';
import { runInputs } from '../../../../scenarios/resolve/run-inputs.ts';
import { workloadOf } from '../../../../scenarios/resolve/workload-of.ts';
import { LatencyLearner } from '../../../../sim/fleet/latency-prediction/latency-learner.ts';
import { LatencyOracle } from '../../../../sim/fleet/latency-prediction/latency-oracle.ts';
import { simulate } from '../../../../sim/fleet/simulate.ts';
import { problemsOf, resourcesOf } from '../../../support/scenario-text.ts';

/** llm-d's guide for predicted latency, on streams. */
const PREDICTED = `apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins:
- {type: predicted-latency-producer, parameters: {streamingMode: true}}
- {type: slo-headroom-tier-filter}
- {type: latency-scorer}
schedulingProfiles:
- {name: default, plugins: [{pluginRef: slo-headroom-tier-filter}, {pluginRef: latency-scorer}]}
`;

/** A fleet whose second half is three times as slow, which no metric of an idle replica tells. */
const SCENARIO = `apiVersion: fleetcast/v1alpha1
kind: Scenario
metadata: { name: unequal }
spec:
  fleet:
    pools:
      - { name: fast, replicas: 2, step_time: { constant: 10ms, per_token: 20us, per_context_token: 0ns }, engine: { num_gpu_blocks: 4000, max_model_len: 8192 } }
      - { name: slow, replicas: 2, step_time: { constant: 10ms, per_token: 100us, per_context_token: 0ns }, engine: { num_gpu_blocks: 4000, max_model_len: 8192 } }
  workload:
    shared_prefix: { num_groups: 40, num_prompts_per_group: 20, system_prompt_len: 600, question_len: 900, output_len: 60, seed: 3 }
    load: { stages: [ { rate: 8, duration: 60s } ], arrival: poisson }
  policies:
    - { name: none, router: { file: predicted.yaml }, gateway: { latency_predictor: { kind: none } } }
    - { name: learned, router: { file: predicted.yaml } }
    - { name: ridge, router: { file: predicted.yaml }, gateway: { latency_predictor: { kind: learned, model_type: bayesian_ridge } } }
    - { name: careless, router: { file: predicted.yaml }, gateway: { slo_headers: false } }
    - { name: oracle, router: { file: predicted.yaml }, gateway: { latency_predictor: { kind: oracle } } }
    - { name: bound, router: { file: predicted.yaml }, gateway: { latency_predictor: { kind: oracle }, slo_headers: false } }
    - { name: spread, router: { file: spread.yaml }, gateway: { latency_predictor: { kind: oracle } } }
  slo: { ttft: 200ms, tpot: 20ms }
`;

const resources = resourcesOf({
  'predicted.yaml': PREDICTED,
  'spread.yaml': PREDICTED.replace(
    '{type: latency-scorer}',
    '{type: latency-scorer, parameters: {headroomSelectionStrategy: most}}',
  ),
});

function play(policy: string, requests?: number): RunRecord {
  const loaded = loadScenario({ file: 's.yaml', text: SCENARIO }, [], resources);
  const opened = workloadOf(loaded, resources, requests);
  const inputs = runInputs(resolveScenario(loaded, resources), opened, {
    policies: [policy],
    seeds: [1],
    check: true,
  });
  const [record] = inputs.map((input) => simulate(input));
  if (record === undefined) throw new Error(`${policy} was not played`);
  return record;
}

/** How far the predicted TTFT of the chosen endpoint was off, in milliseconds on average; the first 20 s do not count. */
function missedBy(kind: typeof LatencyLearner | typeof LatencyOracle, policy: string): number {
  const original = kind.prototype.predict;
  const predicted = new Map<string, number>();
  const spy = vi.spyOn(kind.prototype, 'predict').mockImplementation(function (this: never, features, now) {
    const answer = original.call(this, features, now);
    features.forEach(({ requestId, endpoint }, k) => {
      const ttft = answer?.[k]?.ttft;
      if (ttft !== undefined) predicted.set(`${requestId} ${endpoint}`, ttft);
    });
    return answer;
  });
  const { requests } = play(policy);
  spy.mockRestore();
  const errors = Array.from(requests.endpointCode).flatMap((code, row) => {
    const endpoint = requests.dictionaries.endpoints[code];
    const ttft = predicted.get(`${idOf(requests, row)} default/${endpoint?.replace('/', '-')}`);
    return ttft === undefined || (requests.arrival[row] ?? 0) < 20
      ? []
      : [Math.abs(ttft - 1000 * (requests.ttft[row] ?? NaN))];
  });
  expect(errors.length).toBeGreaterThan(250);
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}

describe('routing by predicted latency', () => {
  const none = play('none');
  const learned = play('learned');
  const where = ({ requests }: RunRecord): number[] => [...requests.endpointCode];

  it('falls back to metrics until the servers hold a model, and then decides otherwise', () => {
    const changed = where(learned).flatMap((endpoint, row) => (endpoint === where(none)[row] ? [] : [row]));
    expect(changed.length).toBeGreaterThan(50);
    // Models are looked for every 10 s.
    expect(learned.requests.arrival[changed[0] ?? 0]).toBeGreaterThanOrEqual(10);
  });

  it('never learns from the future', () => {
    for (const requests of [100, 250, 400])
      expect(where(play('learned', requests))).toEqual(where(learned).slice(0, requests));
  });

  it('packs requests up to their SLO where they carry one, and spreads them where not', () => {
    const careless = play('careless');
    expect(where(careless)).not.toEqual(where(learned));
    expect(careless.entry.ttft.p50).toBeLessThan(learned.entry.ttft.p50 ?? 0);
  });

  it('is nearer to the truth with an oracle, and quicker', () => {
    expect(missedBy(LatencyOracle, 'bound')).toBeLessThan(10);
    expect(missedBy(LatencyLearner, 'careless')).toBeGreaterThan(20);
    expect(play('bound').entry.ttft.mean).toBeLessThan(play('careless').entry.ttft.mean ?? 0);
  });

  it('does worse with an oracle that packs up to the SLO than with one that spreads: the rule, not the prediction', () => {
    const spread = play('spread').entry;
    const packed = play('oracle').entry;
    expect(spread.ttft.mean).toBeLessThan(packed.ttft.mean ?? 0);
    expect(spread.goodput?.attainment).toBeGreaterThan(packed.goodput?.attainment ?? 1);
  });

  it('says in every report who predicted', () => {
    const said = (policy: string) =>
      play(policy, 20)
        .entry.labels.filter(({ code }) => code === 'latency-predictor')
        .map(({ text }) => text);
    expect(said('oracle')).toEqual([
      expect.stringMatching(/^oracle: .* what a predictor can know, not on what the rule makes of it/),
    ]);
    expect(said('learned')).toEqual([expect.stringMatching(/gradient-boosted trees trained in the run/)]);
    expect(said('ridge')).toEqual([expect.stringMatching(/Bayesian ridge/)]);
    expect(said('none')).toEqual([expect.stringMatching(/^nobody/)]);
  });
});

describe('the settings of a predictor', () => {
  const problems = (gateway: string, router = 'file: predicted.yaml') =>
    problemsOf(() => {
      const text = SCENARIO.replace(
        /\{ name: careless.*\}\n/,
        `{ name: odd, router: { ${router} }, gateway: { ${gateway} } }\n`,
      );
      return resolveScenario(loadScenario({ file: 's.yaml', text }, [], resources), resources);
    }).map(({ message }) => message);

  it('are refused where nobody would look at them', () => {
    expect(problems('latency_predictor: { kind: oracle, quantile: 0.5 }')).toEqual([
      expect.stringMatching(/policies\[3\]\.gateway\.latency_predictor only a learned predictor/),
    ]);
    expect(problems('latency_predictor: { kind: learned }, slo_headers: true', 'builtin: llm-d')).toEqual([
      expect.stringMatching(/policies\[3\]\.gateway\.latency_predictor has no effect/),
      expect.stringMatching(/policies\[3\]\.gateway\.slo_headers has no effect/),
    ]);
    expect(problems('latency_predictor: { kind: none }', 'builtin: round-robin')).toHaveLength(1);
    expect(problems('latency_predictor: { kind: learned, retraining_interval: 0s }')).toEqual([
      expect.stringMatching(/must be above 0/),
    ]);
  });
});
