import { describe, expect, it } from 'vitest';

import { runReport } from '../../../documents/run-report.ts';
import { workspace } from '../../support/workspace.ts';

/** A queue at the gateway: two requests in flight per endpoint, six in the queue, two seconds at most. */
const ROUTER = `apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
featureGates: [flowControl]
plugins:
- {type: queue-scorer}
- {type: concurrency-detector, parameters: {maxConcurrency: 2}}
schedulingProfiles:
- {name: default, plugins: [{pluginRef: queue-scorer}]}
flowControl:
  defaultRequestTTL: 2s
  saturationDetector: {pluginRef: concurrency-detector}
  priorityBands:
  - {priority: 0, maxRequests: "6"}
`;

/** Answers of about 2.2 s: four at once serve 1.8 requests/s. */
const SCENARIO = `apiVersion: fleetcast/v1alpha1
kind: Scenario
metadata: { name: shedding }
spec:
  fleet:
    pools:
      - { name: box, replicas: 2, step_time: { constant: 20ms, per_token: 1us, per_context_token: 0ns }, engine: { num_gpu_blocks: 1000, max_model_len: 4096 } }
  workload:
    random: { requests: 200, rate: 4, input_len: 500, output_len: 110 }
  policies:
    - { name: queued, router: { file: epp.yaml } }
    - { name: free, router: { builtin: round-robin } }
`;

describe('flow control in a fleet', () => {
  it('says why requests were shed, in the report and in every row', async () => {
    const { run, read } = workspace({ 's.yaml': SCENARIO, 'epp.yaml': ROUTER });
    const flags = ['-o', 'json=r.json', '-o', 'csv=r.csv', '--per-request', '--check', '--quiet'];
    expect((await run('run', 's.yaml', ...flags)).code).toBe(0);
    const [queued, free] = runReport.parse(JSON.parse(read('r.json'))).runs;
    const reasons = queued?.rejectionReasons ?? [];
    expect(reasons.map(({ reason }) => reason).sort()).toEqual([
      'rejected-saturated',
      'rejected-ttl-expired',
    ]);
    expect(reasons.reduce((sum, { count }) => sum + count, 0)).toBe(queued?.requests.rejected);
    expect(free?.rejectionReasons).toBeUndefined();
    const [, header = '', ...rows] = read('r.csv').trimEnd().split('\n');
    const column = (name: string) => header.split(',').indexOf(name);
    for (const { reason, count } of reasons)
      expect(rows.filter((row) => row.split(',')[column('reason')] === reason)).toHaveLength(count);
    // The wait at the gateway is part of TTFT, and reported apart.
    expect(queued?.gatewayQueueTime.max).toBeGreaterThan(1);
    expect(queued?.gatewayQueueTime.max).toBeLessThanOrEqual(3);
    expect(queued?.ttft.max).toBeGreaterThan(queued?.gatewayQueueTime.max ?? Infinity);
    expect(free?.gatewayQueueTime.max).toBe(0);
    for (const row of rows.map((text) => text.split(','))) {
      if (row[column('status')] !== 'completed') continue;
      const parts = row.slice(column('e2e') + 1, column('reason')).map(Number);
      expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(Number(row[column('ttft')]), 9);
    }
  });

  it('breaks running requests off that may be shed, in favour of others', async () => {
    const evicting = ROUTER.replace('flowControl:\n', 'flowControl:\n  enableEviction: true\n');
    const random = (class_: string, priority: number, weight: number): string =>
      `{ class: ${class_}, weight: ${weight}, objective_priority: ${priority}, fairness_id: ${class_}, random: { input_len: 500, output_len: 110 } }`;
    const { run, read } = workspace({
      's.yaml': SCENARIO.replace(
        /random: .*/,
        `mix: { requests: 200, rate: 1.5, parts: [${random('batch', -1, 2)}, ${random('chat', 3, 1)}] }`,
      ).replace(
        '    - { name: free',
        '    - { name: evicting, router: { file: evicting.yaml } }\n    - { name: free',
      ),
      'epp.yaml': ROUTER,
      'evicting.yaml': evicting,
    });
    const flags = ['-o', 'json=r.json', '-o', 'csv=r.csv', '--per-request', '--check', '--quiet'];
    expect((await run('run', 's.yaml', ...flags)).code).toBe(0);
    const [queued, evictingRun] = runReport.parse(JSON.parse(read('r.json'))).runs;
    const waitOf = (report: typeof queued): number =>
      report?.classes?.find(({ name }) => name === 'chat')?.gatewayQueueTime.mean ?? NaN;
    expect(waitOf(evictingRun)).toBeLessThan(0.2 * waitOf(queued));
    const [, header = '', ...rows] = read('r.csv').trimEnd().split('\n');
    const columns = header.split(',');
    const field = (row: string, name: string): string => row.split(',')[columns.indexOf(name)] ?? '';
    const evicted = rows.filter((row) => field(row, 'reason') === 'evicted');
    expect(evicted.length).toBeGreaterThan(5);
    expect(new Set(evicted.map((row) => field(row, 'class')))).toEqual(new Set(['batch']));
    expect(new Set(evicted.map((row) => field(row, 'policy')))).toEqual(new Set(['evicting']));
    // A client that has part of the answer sees its stream break; one that has nothing gets the error.
    expect(evicted.map((row) => field(row, 'status'))).toContain('failed');
    const whole = ['--policy', 'evicting', '--set', 'spec.workload.client={streaming: false}'];
    expect((await run('run', 's.yaml', ...flags, ...whole)).code).toBe(0);
    const [answersAtOnce] = runReport.parse(JSON.parse(read('r.json'))).runs;
    expect(answersAtOnce?.rejectionReasons?.map(({ reason }) => reason)).toContain('evicted');
    expect(answersAtOnce?.requests.failed).toBe(0);
  });
});
