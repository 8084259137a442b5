import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

import { validationReport } from '../../documents/validation-report.ts';
import { workspace } from '../support/workspace.ts';

const REQUESTS = [
  { arrival: 0, input: 800, output: 5, first: 0.08, last: 0.12 },
  { arrival: 0.5, input: 300, output: 9, first: 0.55, last: 0.63 },
  { arrival: 0.6, input: 1200, output: 1, first: 0.7, last: 0.7 },
];

const CSV = [
  'sent,in,out,first,last',
  ...REQUESTS.map(({ arrival, input, output, first, last }) => [arrival, input, output, first, last].join()),
].join('\n');

const SCENARIO = `
apiVersion: fleetcast/v1alpha1
kind: Scenario
metadata: { name: my-run }
spec:
  model: llama-3.1-8b
  fleet:
    pools:
      - { name: own, hardware: h100-sxm-80gb, replicas: 1, engine: { num_gpu_blocks: 2000, max_model_len: 8192 } }
  workload:
    measured:
      file: record.csv
      columns: { arrival: sent, input_tokens: in, output_tokens: out, first_token: first, last_token: last }
  policies: [{ name: plain, router: { builtin: round-robin } }]
`;

describe('fleetcast validate', () => {
  it('compares the forecast of an own run with its record, in percentiles and request by request', async () => {
    const { run } = workspace({ 'my-run.yaml': SCENARIO, 'record.csv': CSV });
    const { code, stdout } = await run('validate', 'my-run.yaml', '-o', 'json');
    expect(code).toBe(0);
    const report = validationReport.parse(JSON.parse(stdout));
    const cell = (metric: string) => report.cells.find((one) => one.metric === metric);
    expect(cell('ttft.p50')?.measured).toBeCloseTo(0.08, 12);
    expect(cell('tpot.mean')?.measured).toBeCloseTo(0.01, 12);
    expect(cell('e2e.p90')?.measured).toBeCloseTo(0.128, 12);
    expect(cell('throughput.requestsPerSecond')?.measured).toBeCloseTo(3 / 0.7, 12);
    expect(report.requests.map(({ metric, count }) => [metric, count])).toEqual([
      ['ttft', 3],
      ['tpot', 2],
      ['e2e', 3],
    ]);
    expect(report.cells.every(({ client, split }) => client === 'documented' && split !== undefined)).toBe(
      true,
    );
  });

  it('compares a trace of inference-sim request by request, without those that failed', async () => {
    const header =
      'request_id,arrival_time_us,send_time_us,first_chunk_time_us,last_chunk_time_us,input_tokens,server_input_tokens,output_tokens,status';
    // Sent on another clock than arrivals are counted on.
    const rows = REQUESTS.map(({ arrival, input, output, first, last }, k) => {
      const [at, sent, start, end] = [arrival, 9e5 + arrival, 9e5 + first, 9e5 + last].map((s) => s * 1e6);
      return [k, at, sent, start, end, input, input, output, k === 1 ? 'error' : 'ok'].join();
    });
    const record = [header, ...rows].join('\n');
    const scenario = SCENARIO.replace(
      /measured:[\s\S]*?(?= {2}policies)/,
      'measured: { file: b.csv, format: blis-trace-v2 }\n',
    );
    const { run } = workspace({ 'my-run.yaml': scenario, 'b.csv': record });
    const { stdout } = await run('validate', 'my-run.yaml', '-o', 'json');
    const report = validationReport.parse(JSON.parse(stdout));
    expect(report.cells.find(({ metric }) => metric === 'ttft.mean')?.measured).toBeCloseTo(0.09, 6);
    expect(report.requests.map(({ metric, count }) => [metric, count])).toEqual([
      ['ttft', 2],
      ['tpot', 1],
      ['e2e', 2],
    ]);
    // Nothing was at its limit, so no throughput is held against the goal for that.
    expect(report.goals.map(({ title }) => title)).not.toContain('saturation');
  });

  it('prints a table of at most 80 columns, the same bytes each time', async () => {
    const { run } = workspace({ 'my-run.yaml': SCENARIO, 'record.csv': CSV });
    const first = await run('validate', 'my-run.yaml');
    expect(first.stdout).toContain('Request by request');
    expect(Math.max(...first.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect((await run('validate', 'my-run.yaml')).stdout).toBe(first.stdout);
  });

  it('reads recorded vLLM runs in folders, and says what has no profile', async () => {
    const { run, folder } = workspace({});
    const requests = REQUESTS.map(({ arrival, input, output, first, last }) =>
      JSON.stringify({
        input_toks: input,
        output_toks: output,
        arrival_time: 1000 + arrival,
        queued_ts: 50 + arrival,
        scheduled_ts: 50 + arrival,
        first_token_ts: 50 + first,
        last_token_ts: 50 + last,
      }),
    ).join('\n');
    for (const [name, device] of [
      ['h100', 'NVIDIA H100 80GB HBM3'],
      ['unknown', 'Acme X1'],
    ] as const) {
      mkdirSync(path.join(folder, 'runs', name), { recursive: true });
      const meta = {
        model: 'meta-llama/Llama-3.1-8B',
        vllm_version: '0.19.0',
        engine_kwargs: { tensor_parallel_size: 1, max_model_len: null },
        kv_cache: { num_gpu_blocks: 3000 },
        hardware: { device_name: device },
      };
      writeFileSync(path.join(folder, 'runs', name, 'meta.json'), JSON.stringify(meta));
      writeFileSync(path.join(folder, 'runs', name, 'requests.jsonl'), requests);
    }
    writeFileSync(path.join(folder, 'runs', 'h100', 'notes.txt'), 'a quiet day');
    const { stdout } = await run('validate', 'runs', '-o', 'json');
    const report = validationReport.parse(JSON.parse(stdout));
    expect(new Set(report.cells.map(({ id, engine }) => `${id} ${engine}`))).toEqual(
      new Set(['h100 vllm-0.19']),
    );
    expect(report.notScored).toEqual([
      { id: 'runs/h100/notes.txt', reason: 'holds no measurements that are read' },
      { id: 'unknown', reason: 'no profile of the GPU Acme X1' },
    ]);
  });

  it('lists every row of static batches with the reason why none is scored', async () => {
    const { run } = workspace({
      'batches.csv': [
        'model,hardware,prompt_size,batch_size,token_size,prompt_time,token_time,e2e_time,tensor_parallel',
        'llama2-70b,a100-80gb,512,1,128,196,54.8,7168,2',
        'llama2-70b,h100-80gb-pcap,512,1,128,196,54.8,7168,2',
        'bloom-176b,a100-80gb,512,1,128,196,54.8,7168,8',
      ].join('\n'),
    });
    const { stdout } = await run('validate', 'batches.csv', '-o', 'json');
    const { notScored } = validationReport.parse(JSON.parse(stdout));
    expect(notScored.map(({ id }) => id)).toEqual(['batches.csv:2', 'batches.csv:3', 'batches.csv:4']);
    expect(notScored.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('vLLM of 2023'),
      expect.stringContaining('capped'),
      'no profile of the model bloom-176b',
    ]);
  });

  it('refuses paths without measurements', async () => {
    const { run } = workspace({ 'notes.txt': 'hello' });
    const missing = await run('validate', 'nowhere');
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('no such file or folder')]);
    const other = await run('validate', 'notes.txt');
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('no measurements')]);
    const folder = await run('validate', '.');
    expect([folder.code, folder.stderr]).toEqual([2, expect.stringContaining('no measurements')]);
  });

  it('lists what is broken in a folder and scores the rest; what is broken and named by itself is an error', async () => {
    const { folder, run } = workspace({});
    for (const name of ['runs/b', 'runs/c']) mkdirSync(path.join(folder, name), { recursive: true });
    const files = {
      'a.yaml': SCENARIO,
      'record.csv': CSV,
      'b/meta.json': 'garbage',
      'b/requests.jsonl': '{}',
      'c/experiments.json': '[',
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, 'runs', name), text);
    const { code, stdout } = await run('validate', 'runs', '-o', 'json');
    expect(code).toBe(0);
    const { cells, notScored } = validationReport.parse(JSON.parse(stdout));
    expect(cells.length).toBeGreaterThan(0);
    expect(notScored).toEqual(
      expect.arrayContaining([
        { id: 'runs/b', reason: 'runs/b/meta.json is no JSON document' },
        { id: 'runs/c/experiments.json', reason: 'runs/c/experiments.json is no JSON document' },
      ]),
    );
    const named = await run('validate', 'runs/c/experiments.json');
    expect(named.code).toBe(2);
    expect(named.stderr).toContain('runs/c/experiments.json is no JSON document');
  });

  it('tries more of the memory where the share is not known and the model does not fit, and says so', async () => {
    const header =
      'id,backend,backend_version,model_path,system,precision,mode,isl,osl,concurrency,tp_size,silicon_ttft_ms,silicon_tpot_ms';
    const row = (id: string, model: string, ttft: number) =>
      `${id},vllm,0.19.0,${model},h100_sxm,fp4,agg,1024,16,8,1,${ttft},13`;
    const { run } = workspace({
      'points.csv': [
        header,
        row('tight', 'openai/gpt-oss-120b', 165),
        row('roomy', 'openai/gpt-oss-20b', 165),
        row('too large', 'deepseek-ai/DeepSeek-R1', 1165),
      ].join('\n'),
    });
    const { stdout } = await run('validate', 'points.csv', '-o', 'json');
    const { cells, notScored } = validationReport.parse(JSON.parse(stdout));
    const assumed = (id: string) =>
      cells.find((one) => one.id === id)?.labels.filter((label) => label.startsWith('utilization-assumed'));
    expect(assumed('tight')).toEqual(['utilization-assumed: 0.92']);
    expect(assumed('roomy')).toEqual([]);
    expect(notScored.map(({ id, reason }) => [id, reason.includes('does not fit')])).toEqual([
      ['too large', true],
    ]);
  });

  it('refuses a column of times that the record does not have', async () => {
    const mistyped = SCENARIO.replace('first_token: first', 'first_token: frist');
    const { run } = workspace({ 'my-run.yaml': mistyped, 'record.csv': CSV });
    const { code, stderr } = await run('validate', 'my-run.yaml');
    expect(code).toBe(2);
    expect(stderr).toContain('"frist" is missing');
    expect(stderr).toContain('did you mean "first"');
  });
});
