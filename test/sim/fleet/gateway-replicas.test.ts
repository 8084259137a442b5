import { describe, expect, it } from 'vitest';

import { indexOf } from '../../../documents/request-table.ts';
import type { RunRecord } from '../../../documents/run-record.ts';
import { loadScenario } from '../../../scenarios/load/load-scenario.ts';
import { resolveScenario } from '../../../scenarios/resolve/resolve-scenario.ts';
import { runInputs } from '../../../scenarios/resolve/run-inputs.ts';
import { workloadOf } from '../../../scenarios/resolve/workload-of.ts';
import { simulate } from '../../../sim/fleet/simulate.ts';
import { resourcesOf } from '../../support/scenario-text.ts';

/** Groups that fit on every replica: whoever remembers where a group went finds it again. */
function play(router: string, gateway: string, events = ''): RunRecord {
  const text = `apiVersion: fleetcast/v1alpha1
kind: Scenario
metadata: { name: gateways }
spec:
  fleet:
    pools:
      - name: box
        replicas: 4
        step_time: { constant: 10ms, per_token: 20us, per_context_token: 20ns }
        engine: { num_gpu_blocks: 4000, max_model_len: 4096 }
  workload:
    shared_prefix: { num_groups: 40, num_prompts_per_group: 8, system_prompt_len: 1024, question_len: 64, output_len: 20, seed: 3 }
    load: { stages: [ { rate: 4, duration: 80s } ] }
  policies:
    - { name: it, router: { builtin: ${router} }, gateway: { ${gateway} } }
${events}`;
  const resources = resourcesOf();
  const loaded = loadScenario({ file: 's.yaml', text }, [], resources);
  const opened = workloadOf(loaded, resources);
  const [input] = runInputs(resolveScenario(loaded, resources), opened, { seeds: [1], check: true });
  if (input === undefined) throw new Error('no input');
  return simulate(input);
}

function routes({ requests }: RunRecord): number[] {
  const { endpointCode, dictionaries } = requests;
  const byIndex: number[] = [];
  endpointCode.forEach((code, row) => {
    byIndex[indexOf(requests, row)] = Number(dictionaries.endpoints[code]?.slice(-1));
  });
  return byIndex;
}

const SEPARATE = 'replicas: 2, shared_state: false';
const SHARED = 'replicas: 2, shared_state: true';

describe('several replicas of a gateway', () => {
  it('get requests in turn and each keep a turn of their own', () => {
    expect(routes(play('round-robin', SEPARATE)).slice(0, 8)).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
  });

  it('decide as one when they share their state', () => {
    for (const router of ['round-robin', 'least-request', 'llm-d'])
      expect(routes(play(router, SHARED))).toEqual(routes(play(router, 'replicas: 1')));
  });

  it('find fewer prompts again when neither knows where the other sent them', () => {
    const hits = (gateway: string) => play('llm-d', gateway).entry.prefixCache.hitTokens ?? 0;
    expect(hits(SEPARATE)).toBeLessThan(hits(SHARED));
  });

  it('all learn that a replica takes no more requests', () => {
    const record = play('round-robin', SEPARATE, '  events: [ { at: 0s, replica: box/2, do: drain } ]\n');
    expect(record.entry.requests.completed).toBe(320);
    expect(new Set(routes(record))).toEqual(new Set([0, 1, 3]));
  });
});
