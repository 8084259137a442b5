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
});
