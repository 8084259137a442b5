import { describe, expect, it } from 'vitest';

import { nearestEngine } from '../../../calibration/validate/nearest-engine.ts';
import { score } from '../../../calibration/validate/score.ts';
import { servingPoints } from '../../../calibration/validate/serving-points.ts';
import { nodeProfiles } from '../../../cli/files/node-resources.ts';
import { TaskPlayer } from '../../../cli/jobs/task-player.ts';
import { traceFilesOf } from '../../../sim/workload/trace/trace-format.ts';

const HEADER =
  'id,backend,backend_version,model_path,system,precision,mode,isl,osl,concurrency,tp_size,pp_size,attention_dp_size,moe_ep_size,gemm_quant_mode,silicon_ttft_ms,silicon_tpot_ms,silicon_data_source';

function read(...rows: string[]) {
  return servingPoints(traceFilesOf('points.csv', [HEADER, ...rows].join('\n')), nodeProfiles());
}

const ROW = 'vllm,0.12.0,Qwen/Qwen3-32B,h100_sxm,,agg,512,64';

describe('serving points', () => {
  it('scores what vLLM measured on a known GPU, and says why it leaves out the rest', () => {
    const { cases, notScored } = read(
      `a,${ROW},4,2,1,,1,,100,20,x`,
      'b,sglang,0.5.9,Qwen/Qwen3-32B,h100_sxm,,agg,512,64,4,2,1,,1,,100,20,x',
      'c,vllm,0.12.0,Qwen/Qwen3-32B,h100_sxm,,disagg,512,64,4,2,1,,1,,100,20,x',
      'd,vllm,0.12.0,Qwen/Qwen3-32B,tpu_v9,,agg,512,64,4,2,1,,1,,100,20,x',
      `e,${ROW},,2,1,,1,,100,20,x`,
      `f,${ROW},4,2,1,4,1,,100,20,x`,
      `g,${ROW},4,2,1,,1,,100,20,x`,
      `h,${ROW},512,2,1,,1,,10,0.1,x`,
    );
    expect(cases.map(({ id }) => id)).toEqual(['a']);
    const reasons = new Map(notScored.map(({ id, reason }) => [id, reason]));
    expect(reasons.get('b')).toContain('sglang');
    expect(reasons.get('c')).toContain('prefill and decode');
    expect(reasons.get('d')).toContain('tpu_v9');
    expect(reasons.get('e')).toContain('no concurrency');
    expect(reasons.get('f')).toContain('data parallelism');
    expect(reasons.get('g')).toBe('the same measurement as a');
    expect(reasons.get('h')).toContain("of the GPUs' time");
  });

  it('takes repeated points as the noise of each other, and the best throughput as the plateau', () => {
    const { cases } = read(
      `a,${ROW},4,2,1,,1,,100,20,x`,
      `b,${ROW},4,2,1,,1,,100,22,x`,
      `c,${ROW},16,2,1,,1,,200,25,x`,
    );
    const tpot = cases.map(({ figures }) => figures.find(({ metric }) => metric === 'tpot.mean'));
    expect(tpot[0]?.noise).toBeCloseTo(Math.SQRT2 / 21, 12);
    expect(tpot[2]?.noise).toBeUndefined();
    expect(tpot[2]?.loadFactor).toBe(1);
    expect(tpot[0]?.loadFactor).toBeCloseTo(4 / 1.36 / (16 / 1.775), 12);
    expect(cases.flatMap(({ figures }) => figures.map(({ metric }) => metric))).toContain(
      'throughput.requestsPerSecond',
    );
  });

  it('plays a point as a closed loop and compares: a forecast of itself has no error', () => {
    const found = read(`a,${ROW},4,2,1,,1,,100,20,x`, `b,${ROW},16,2,1,,1,,300,20,x`);
    const player = new TaskPlayer();
    const play = () =>
      found.cases.map((one) => {
        const source = { scenario: one.scenario, sets: [], changes: [], requests: undefined, cwd: '.' };
        const task = { label: '', source, policy: one.policy, seed: 1, withRequests: false };
        return player.play<'forecast'>({ kind: 'forecast', ...task }, () => undefined);
      });
    const outcomes = play().map(({ entry }) => ({ entry }));
    expect(outcomes.map(({ entry }) => entry?.requests.completed)).toEqual([40, 160]);
    const { cells, knees, summary } = score(found, outcomes);
    expect(cells).toHaveLength(7);
    for (const { predicted, measured, error } of cells) expect(error).toBe(predicted / measured - 1);
    expect(knees).toHaveLength(1);
    expect(knees[0]?.measured).toBe(16);
    const own = found.cases.map((one, index) => ({
      ...one,
      figures: one.figures.map((figure) => {
        const entry = outcomes[index]?.entry;
        return { ...figure, measured: (entry && figure.predict(entry)) ?? NaN };
      }),
    }));
    const perfect = score({ ...found, cases: own }, outcomes);
    expect(perfect.summary.every(({ meanAbsoluteError }) => meanAbsoluteError === 0)).toBe(true);
    expect(perfect.summary).toHaveLength(summary.length);
    expect(perfect.summary.every(({ indicative, pairs }) => indicative && pairs === 1)).toBe(true);
  });

  it('drives rows of InferenceX as its client does, and launches their servers as its scripts do', () => {
    const origin = 'db-dump/2026-04-27; measured=2026-04-17T00:00:00.000Z';
    const row = 'vllm,0.19.0,MiniMaxAI/MiniMax-M2.5,b300_sxm,fp8,agg,1000,500,8,4,1,1,1,fp8,100,9';
    const { cases } = read(`a,${row},${origin}`, `b,${ROW},4,2,1,,1,,100,20,x`);
    const texts = cases.map(({ scenario }) => scenario.text);
    expect(texts[0]).toContain('"input_len":{"type":"uniform","min":800,"max":1000}');
    expect(texts[0]).toContain('"closed_loop":{"concurrency":8,"requests":80}');
    expect(texts[0]).toContain('"kv_cache_dtype":"fp8"');
    expect(texts[0]).toContain('"max_num_batched_tokens":2000');
    expect(texts[1]).not.toContain('kv_cache_dtype');
    expect(cases.map(({ labels }) => labels.includes('client-assumed'))).toEqual([false, true]);
  });

  it('leaves out a queue before a server that has room for all and little to do', () => {
    const origin = 'source_file=2026-04-06.csv; measured=2026-03-27';
    const row = (concurrency: number, ttft: number) =>
      `vllm,0.18.0,openai/gpt-oss-120b,h100_sxm,fp4,agg,1024,1024,${concurrency},4,1,1,1,,${ttft},9.7,${origin}`;
    const { cases, notScored } = read(`a,${row(64, 120)}`, `b,${row(512, 20000)}`);
    expect(cases.map(({ id }) => id)).toEqual(['a']);
    expect(notScored[0]?.reason).toContain('its clients wait 67 % of their time');
  });

  it('takes the date of a row for its version where it names none', () => {
    const row = 'vllm,nightly-5b8c30d,MiniMaxAI/MiniMax-M2.5,b300_sxm,fp8,agg,1000,500,8,4,1,1,1,fp8,100,9';
    const at = (month: string) => read(`a,${row},source_file=2026-03-25.csv; measured=${month}-03`).cases[0];
    expect(at('2026-04')?.server.engine).toBe('vllm-0.19');
    expect(at('2025-10')?.server.engine).toBe('vllm-0.12');
    expect(at('2026-12')?.server.engine).toBe('vllm-0.33');
    expect(at('2026-04')?.labels).toContain('engine-version-assumed');
    const { engine } = nearestEngine(nodeProfiles(), 'not stated (image llm-d-cuda:v0.6.0)', '2026 Q2');
    expect(engine).toBe('vllm-0.24');
  });

  it('lists a measurement that cannot be forecast with the reason', () => {
    const found = read(`a,${ROW},4,2,1,,1,,100,20,x`);
    const { cells, notScored } = score(found, [{ reason: 'does not fit' }]);
    expect(cells).toEqual([]);
    expect(notScored).toEqual([{ id: 'a', reason: 'does not fit' }]);
  });

  it('lists a row that cannot be read with its line and goes on with the others', () => {
    const { cases, notScored } = read(
      `a,${ROW},4,,1,,1,,100,20,x`,
      `b,${ROW},4,2,1,,1,,nan,20,x`,
      `c,${ROW},4,2,1,,1,,0,20,x`,
      `d,${ROW},4,2,1,,1,,100,20,x`,
    );
    expect(cases.map(({ id }) => id)).toEqual(['d']);
    expect(notScored).toEqual([
      { id: 'a', reason: 'points.csv:2 "tp_size" must be a number, not ""' },
      { id: 'b', reason: 'points.csv:3 "silicon_ttft_ms" must be a number, not "nan"' },
      { id: 'c', reason: 'points.csv:4 "silicon_ttft_ms" must be above 0' },
    ]);
  });

  it('lists a row with too few columns with its line and goes on with the others', () => {
    const { cases, notScored } = read(
      `a,${ROW},4,2,1,,1,,100,20,x`,
      'b,vllm,0.12.0',
      `c,${ROW},8,2,1,,1,,110,20,x`,
    );
    expect(cases.map(({ id }) => id)).toEqual(['a', 'c']);
    expect(notScored).toEqual([{ id: 'line 3', reason: expect.stringMatching(/^points\.csv:3 is no row/) }]);
  });

  it('does not score the V0 engine', () => {
    const { cases, notScored } = read(`a,${ROW.replace('0.12.0', '0.6.3')},4,2,1,,1,,100,20,x`);
    expect(cases).toEqual([]);
    expect(notScored[0]?.reason).toContain('vLLM 0.6.3 ran the V0 engine');
  });

  it('takes a server by its name in any case, and one without a mode as aggregated', () => {
    const row = (id: string, backend: string, mode: string) =>
      `${id},${backend},0.12.0,Qwen/Qwen3-32B,h100_sxm,,${mode},512,64,4,2,1,,1,,100,20,x${id}`;
    const points = [row('a', 'VLLM', ''), row('b', '', 'agg')];
    const { cases, notScored } = read(...points);
    expect(cases.map(({ id }) => id)).toEqual(['a']);
    expect(notScored).toEqual([{ id: 'b', reason: 'it is not said which server was measured' }]);
  });
});
