import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

import { calibrationReport } from '../../documents/calibration-report.ts';
import { benchResult } from '../support/bench-result.ts';
import { LINEAR_STEPS } from '../support/linear-steps.ts';
import { workspace } from '../support/workspace.ts';

/** A server of which everything is known. */
const SERVER = (policies: string, workload: string): string => `
apiVersion: fleetcast/v1alpha1
kind: Scenario
metadata: { name: truth }
spec:
  fleet:
    pools:
      - name: server
        replicas: 1
        step_time: { constant: 9ms, per_token: 40us, per_context_token: 60ns }
        engine: { num_gpu_blocks: 100000, max_model_len: 8192, ingest_delay: 4ms, ingest_delay_per_token: 3us }
  workload: ${workload}
  policies: ${policies}
`;
const POLICIES = '[{ name: one, router: { builtin: round-robin } }]';
const VARIED = `{ random: { requests: 240, rate: 4, input_len: { type: lognormal, mean: 900, std_dev: 700, min: 20, max: 6000 }, output_len: { type: uniform, min: 20, max: 300 } } }`;

const recorded = (workload: string): Promise<string> =>
  benchResult({ 'truth.yaml': SERVER(POLICIES, workload) }, 'truth.yaml');

describe('fleetcast calibrate', () => {
  it('finds the step time and the delays of a server from the requests that a load generator saw', async () => {
    const { run } = workspace({ 'bench.json': await recorded(VARIED) });
    const { code, stdout } = await run('calibrate', '--from', 'bench.json', '-o', 'json');
    expect(code).toBe(0);
    const report = calibrationReport.parse(JSON.parse(stdout));
    expect(report.measurements.map(({ format }) => format)).toEqual(['vllm-bench']);
    const truth = new Map([
      ['constant', 9e-3],
      ['per_token', 40e-6],
      ['per_context_token', 60e-9],
      ['ingest_delay', 4e-3],
      ['ingest_delay_per_token', 3e-6],
    ]);
    expect(report.coefficients.map(({ name }) => name)).toEqual([...truth.keys()]);
    const fitted = new Map(report.coefficients.map(({ name, value }) => [name, value]));
    const ratio = (name: string): number => (fitted.get(name) ?? NaN) / (truth.get(name) ?? NaN);
    for (const name of ['constant', 'per_token', 'per_context_token'])
      // The context is a twentieth of these steps: a tenth of it is half a per cent of them.
      expect(Math.abs(ratio(name) - 1), name).toBeLessThan(name === 'per_context_token' ? 0.15 : 0.05);
    // The two ways to spend milliseconds before the engine are told apart only roughly, by requests that wait for steps.
    const ingestOf = (values: ReadonlyMap<string, number>): number =>
      (values.get('ingest_delay') ?? NaN) + 900 * (values.get('ingest_delay_per_token') ?? NaN);
    expect(Math.abs(ingestOf(fitted) / ingestOf(truth) - 1)).toBeLessThan(0.2);
    const heldOut = report.errors.filter(({ split }) => split === 'held-out');
    expect(heldOut.map(({ metric }) => metric)).toEqual(['ttft', 'tpot']);
    for (const { metric, medianAbsoluteError } of heldOut)
      expect(medianAbsoluteError).toBeLessThan(metric === 'tpot' ? 0.01 : 0.1);
  });

  it('refuses a coefficient that the load does not identify, and says what to fit instead', async () => {
    const alone = `{ random: { requests: 40, rate: 1, input_len: 500, output_len: 50 }, load: { closed_loop: { concurrency: 1 } } }`;
    const { run } = workspace({ 'bench.json': await recorded(alone) });
    const { code, stdout, stderr } = await run('calibrate', '--from', 'bench.json');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('E_NOT_IDENTIFIED');
    expect(stderr).toContain('measure at more loads and lengths');
  });

  it('fits a CSV of steps, in 80 columns, the same bytes each time; the profile runs', async () => {
    const { run, read } = workspace({ 'steps.csv': LINEAR_STEPS });
    const args = ['calibrate', '--from', 'steps.csv', '-o', 'table', '-o', 'yaml=profile.yaml'];
    const { code, stdout } = await run(...args);
    expect(code).toBe(0);
    const [table = ''] = stdout.split('Profile\n');
    expect(Math.max(...table.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect((await run(...args)).stdout).toBe(stdout);
    const profile = read('profile.yaml');
    for (const line of ['constant: 7ms', 'per_sequence: 20us', 'per_token: 50us', 'per_context_token: 100ns'])
      expect(profile).toContain(line);
    const fitted = SERVER(POLICIES, VARIED).replace(
      /step_time: .*/,
      'step_time: { constant: 7ms, per_sequence: 20us }',
    );
    const other = workspace({ 'fitted.yaml': fitted });
    expect((await other.run('run', 'fitted.yaml', '--requests', '5')).code).toBe(0);
  });

  it('fits the constants of an engine, whose profile is then named by its file', async () => {
    const scenario = (engine: string): string => `
apiVersion: fleetcast/v1alpha1
kind: Scenario
metadata: { name: own }
spec:
  model: llama-3.1-8b
  fleet: { pools: [{ name: own, hardware: h100-sxm-80gb, replicas: 1, engine: { profile: ${engine}, num_gpu_blocks: 20000, max_model_len: 8192 } }] }
  workload: ${VARIED}
  policies: ${POLICIES}
`;
    const slow =
      'name: slow\ninherits: vllm-0.33\nkernels: { source: own, time_scale: { value: 1.3, kind: measured, source: own } }\noverhead: { ingest: { value: 6ms, kind: measured, source: own } }\n';
    const files = { 'own.yaml': scenario('./slow.yaml'), 'slow.yaml': slow };
    const { run, read, folder } = workspace({
      'own.yaml': scenario('vllm-0.33'),
      'bench.json': await benchResult(files, 'own.yaml'),
    });
    const { code } = await run(
      'calibrate',
      'own.yaml',
      '--from',
      'bench.json',
      '--coefficients',
      'time_scale,ingest',
      '-o',
      'yaml=fitted.yaml',
      '-o',
      'json=report.json',
    );
    expect(code).toBe(0);
    const report = calibrationReport.parse(JSON.parse(read('report.json')));
    expect(report.coefficients[0]?.value).toBeCloseTo(1.3, 2);
    expect(report.coefficients[1]?.value).toBeCloseTo(6e-3, 3);
    expect(read('fitted.yaml')).toContain('inherits: vllm-0.33');
    writeFileSync(path.join(folder, 'again.yaml'), scenario('./fitted.yaml'));
    const again = await run('run', 'again.yaml', '-o', 'json');
    expect(again.code).toBe(0);
  });

  it('names what it does not know', async () => {
    const { run } = workspace({ 'steps.csv': LINEAR_STEPS, 'notes.txt': 'hello' });
    const other = await run('calibrate', '--from', 'steps.csv', '--coefficients', 'constnat');
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('did you mean "constant"?')]);
    const text = await run('calibrate', '--from', 'notes.txt');
    expect([text.code, text.stderr]).toEqual([2, expect.stringContaining('nothing tells which format')]);
    expect(text.stderr).toContain('| steps');
    expect(text.stderr).not.toContain('mooncake');
    expect((await run('calibrate')).code).toBe(2);
  });
});
