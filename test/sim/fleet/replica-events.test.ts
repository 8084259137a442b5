import { describe, expect, it } from 'vitest';

import type { RunRecord } from '../../../documents/run-record.ts';
import { loadScenario } from '../../../scenarios/load/load-scenario.ts';
import { resolveScenario } from '../../../scenarios/resolve/resolve-scenario.ts';
import { runInputs } from '../../../scenarios/resolve/run-inputs.ts';
import { workloadOf } from '../../../scenarios/resolve/workload-of.ts';
import type { ReplicaEvent, RunInput } from '../../../sim/fleet/run-input.ts';
import { simulate } from '../../../sim/fleet/simulate.ts';
import { resourcesOf } from '../../support/scenario-text.ts';
import { PATIENT_CLIENT } from '../../support/fleet-parts.ts';

const POLICIES = ['round-robin', 'least-request', 'llm-d', 'dynamo@2026-06:kv-router'];

const SCENARIO = `apiVersion: fleetcast/v1alpha1
kind: Scenario
metadata: { name: happenings }
spec:
  fleet:
    pools:
      - name: box
        replicas: 3
        step_time: { constant: 10ms, per_token: 20us, per_context_token: 20ns }
        engine: { num_gpu_blocks: 1000, max_model_len: 4096 }
  workload:
    shared_prefix: { num_groups: 6, num_prompts_per_group: 50, system_prompt_len: 640, question_len: 64, output_len: 60, seed: 3 }
    load: { stages: [ { rate: 6, duration: 50s } ] }
  policies:
${POLICIES.map((name) => `    - { name: "${name}", router: { builtin: "${name}" } }`).join('\n')}
`;

function play(policy: string, events: Partial<ReplicaEvent>[], change: Partial<RunInput> = {}): RunRecord {
  const resources = resourcesOf();
  const loaded = loadScenario({ file: 's.yaml', text: SCENARIO }, [], resources);
  const scenario = resolveScenario(loaded, resources);
  const opened = workloadOf(loaded, resources);
  const [input] = runInputs(scenario, opened, { policies: [policy], seeds: [1], check: true });
  if (input === undefined) throw new Error('no input');
  const full = events.map((event) => ({ at: 20, replica: 1, do: 'fail' as const, factor: 1, ...event }));
  return simulate({ ...input, ...change, events: full });
}

/** Requests that arrive within an interval, by the replica that they went to. */
function replicaOf({ requests }: RunRecord, row: number): number {
  const name = requests.dictionaries.endpoints[requests.endpointCode[row] ?? -1];
  return name === undefined ? -1 : Number(name.slice(-1));
}

function routed(record: RunRecord, from: number, to: number): number[] {
  const counts = [0, 0, 0];
  record.requests.arrival.forEach((arrival, row) => {
    const replica = replicaOf(record, row);
    if (replica >= 0 && arrival >= from && arrival < to) counts[replica] = (counts[replica] ?? 0) + 1;
  });
  return counts;
}

function sumOf(record: RunRecord): number {
  const { offered, ...ends } = record.entry.requests;
  return offered - Object.values(ends).reduce((sum, count) => sum + count, 0);
}

describe.each(POLICIES)('what happens to replicas, under %s', (policy) => {
  it('fails what a failed replica has, and sends it nothing once that is noticed', () => {
    const record = play(policy, [{ do: 'fail' }]);
    expect(record.entry.requests.failed).toBeGreaterThan(0);
    expect(record.entry.requests.completed).toBeGreaterThan(250);
    expect(sumOf(record)).toBe(0);
    expect(routed(record, 5, 19)[1]).toBeGreaterThan(0);
    expect(routed(record, 20.1, 60)[1]).toBe(0);
  });

  it('may fail tries again until the failure is noticed: the replica looks idle to whoever counts requests', () => {
    const retrying = play(policy, [{ do: 'fail' }], { client: { ...PATIENT_CLIENT, retries: 20 } });
    const { failed, completed } = retrying.entry.requests;
    expect(failed).toBeLessThanOrEqual(play(policy, [{ do: 'fail' }]).entry.requests.failed);
    expect(failed + completed).toBe(300);
    if (policy === 'round-robin') expect(failed).toBe(0);
    if (policy === 'least-request') expect(failed).toBeGreaterThan(0);
  });

  it('sends a restarted replica requests again', () => {
    const record = play(policy, [{ do: 'fail' }, { at: 30, do: 'restart' }]);
    expect(routed(record, 20.1, 30)[1]).toBe(0);
    expect(routed(record, 30.1, 60)[1]).toBeGreaterThan(0);
    expect(sumOf(record)).toBe(0);
  });

  it('lets a drained replica finish what it has, and sends it nothing more', () => {
    const record = play(policy, [{ do: 'drain' }]);
    expect(record.entry.requests).toMatchObject({ offered: 300, completed: 300 });
    expect(routed(record, 5, 20)[1]).toBeGreaterThan(0);
    expect(routed(record, 20.001, 60)[1]).toBe(0);
  });

  it('rejects when there is nobody left', () => {
    const record = play(
      policy,
      [0, 1, 2].map((replica) => ({ replica, do: 'drain' as const })),
    );
    expect(record.entry.requests.rejected).toBeGreaterThan(100);
    expect(sumOf(record)).toBe(0);
  });
});

describe('a replica that restarts', () => {
  it('comes back with a cold cache', () => {
    const warm = play('round-robin', []).entry.prefixCache.hitTokens ?? 0;
    const cold = play('round-robin', [{ do: 'fail' }, { at: 20.5, do: 'restart' }]);
    // Each of the six groups is computed once more there; requests that failed before they were counted hit nothing.
    expect(cold.entry.prefixCache.hitTokens).toBeLessThan(warm - 3 * 640);
  });
});

describe('a slow replica', () => {
  const totalOf = (record: RunRecord, replica: number, from: number): number => {
    const { e2e: times, arrival } = record.requests;
    const e2e = [...times].filter(
      (_, row) => replicaOf(record, row) === replica && (arrival[row] ?? 0) >= from,
    );
    return e2e.reduce((sum, seconds) => sum + seconds, 0) / e2e.length;
  };

  it('takes about so much longer from then on, and the others do not', () => {
    const plain = play('round-robin', []);
    const slow = play('round-robin', [{ do: 'slow', factor: 2 }]);
    expect(totalOf(slow, 1, 21) / totalOf(plain, 1, 21)).toBeGreaterThan(1.9);
    expect(totalOf(slow, 0, 21)).toBe(totalOf(plain, 0, 21));
  });

  it('is as it was with a factor of 1, tick by tick, though its steps are taken one by one', () => {
    const same = play('round-robin', [{ do: 'slow', factor: 1, at: 20 }]);
    expect(same.requests.end).toEqual(play('round-robin', []).requests.end);
  });

  it.each([1.5, 3])('leaps at a factor of %d to the ticks of single steps', (factor) => {
    const leapt = play('round-robin', [{ do: 'slow', factor, at: 1 }]);
    // Another change, after the last request: as long as it is ahead, nothing is leapt over.
    const stepped = play('round-robin', [
      { do: 'slow', factor, at: 1 },
      { do: 'slow', factor: 1, at: 10_000 },
    ]);
    expect(leapt.requests.end).toEqual(stepped.requests.end);
  });
});
