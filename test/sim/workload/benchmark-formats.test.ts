import { describe, expect, it } from 'vitest';

import type { Trace } from '../../../sim/workload/trace/trace.ts';
import { traceFilesOf, type TraceReadOptions } from '../../../sim/workload/trace/trace-format.ts';
import { readTrace, traceFormat } from '../../../sim/workload/trace/trace-formats.ts';
import { messageOf } from '../../support/scenario-text.ts';

const read = (format: string, content: string, options: TraceReadOptions = {}): Trace =>
  readTrace(traceFormat(format), traceFilesOf('result.json', content), options);

const figures = ({ arrivals, inputTokens, outputTokens, measured }: Trace) => ({
  arrivals: [...arrivals],
  inputTokens: [...inputTokens],
  outputTokens: [...outputTokens],
  ttft: [...(measured?.ttft ?? [])],
  e2e: [...(measured?.e2e ?? [])],
});

/** Two requests as every load generator would have measured them; the second one failed. */
const EXPECTED = {
  arrivals: [0, 1.5],
  inputTokens: [550, 40],
  outputTokens: [4, 1],
  ttft: [0.25, NaN],
  e2e: [0.625, NaN],
};

describe('results of load generators', () => {
  it('vllm-bench: lists per column; the gaps between tokens add up', () => {
    const result = {
      backend: 'vllm',
      input_lens: [550, 40],
      output_lens: [4, 0],
      ttfts: [0.25, 0],
      itls: [[0.125, 0.125, 0.125], []],
      start_times: [7.5, 9],
      errors: ['', 'Connection reset'],
    };
    expect(figures(read('vllm-bench', JSON.stringify(result)))).toEqual(EXPECTED);
    const { start_times: _, ...older } = result;
    expect(messageOf(() => read('vllm-bench', JSON.stringify(older)))).toMatch(
      /result\.json "start_times" is missing.*\n.*--save-detailed/,
    );
  });

  it('inference-perf: in its older and its newer shape', () => {
    const failed = { start_time: 9, end_time: 9.5, error: { error_type: 'TimeoutError', error_msg: '' } };
    const times = [7.75, 7.875, 8, 8.125];
    const older = [
      {
        start_time: 7.5,
        end_time: 8.125,
        info: { input_tokens: 550, output_tokens: 4, output_token_times: times },
        error: null,
      },
      { ...failed, info: { input_tokens: 40, output_tokens: 0, output_token_times: [] } },
    ];
    const newer = [
      {
        start_time: 7.5,
        end_time: 8.125,
        info: {
          request_metrics: { text: { input_tokens: 550 } },
          response_metrics: { output_tokens: 4, output_token_times: times },
        },
        error: null,
      },
      { ...failed, info: { request_metrics: { text: { input_tokens: 40 } }, response_metrics: null } },
    ];
    expect(figures(read('inference-perf', JSON.stringify(older)))).toEqual(EXPECTED);
    expect(figures(read('inference-perf', JSON.stringify(newer)))).toEqual(EXPECTED);
    const wrong = JSON.stringify([{ start_time: 1, end_time: 2, info: { input_tokens: 'many' } }]);
    expect(messageOf(() => read('inference-perf', wrong))).toContain(
      'result.json the file[0].info: "input_tokens" must be a number, not "many"',
    );
  });

  it('guidellm: the benchmarks of a sweep on one clock; a sample is refused', () => {
    const request = (start: number) => ({
      request_start_time: start,
      prompt_tokens: 550,
      output_tokens: 4,
      time_to_first_token_ms: 250,
      request_latency: 0.625,
    });
    const report = (total: number) =>
      JSON.stringify({
        benchmarks: [
          { requests: { successful: [request(100)] }, metrics: { request_totals: { successful: total } } },
          { requests: { successful: [request(101.5)] } },
        ],
      });
    expect(figures(read('guidellm', report(1)))).toEqual({
      arrivals: [0, 1.5],
      inputTokens: [550, 550],
      outputTokens: [4, 4],
      ttft: [0.25, 0.25],
      e2e: [0.625, 0.625],
    });
    expect(messageOf(() => read('guidellm', report(9)))).toContain('keeps 1 of 9 requests');
    expect(read('guidellm', report(1), { rows: 1 }).rows).toBe(1);
  });

  it('aiperf: a metric is in the unit that it names', () => {
    const rows = [
      {
        metadata: { request_start_ns: 7_500_000_000 },
        metrics: {
          input_sequence_length: { value: 550, unit: 'tokens' },
          output_sequence_length: { value: 4, unit: 'tokens' },
          time_to_first_token: { value: 250, unit: 'ms' },
          request_latency: { value: 0.625, unit: 'sec' },
        },
        error: null,
      },
      {
        metadata: { request_start_ns: 9_000_000_000 },
        metrics: { error_isl: { value: 40, unit: 'tokens' } },
        error: { code: 499, type: 'RequestCancellationError', message: '' },
      },
    ];
    const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    expect(figures(read('aiperf', text))).toEqual(EXPECTED);
    expect(messageOf(() => read('aiperf', text.replace('"ms"', '"fortnights"')))).toContain(
      'result.json:1 "fortnights" is no unit of time',
    );
  });

  it('a file that is no JSON, or not of this shape, is refused by name', () => {
    expect(messageOf(() => read('guidellm', '{"benchmarks": ['))).toContain('the file is no JSON');
    expect(messageOf(() => read('inference-perf', '{}'))).toContain('the file must be a list of requests');
    expect(messageOf(() => read('guidellm', '{}'))).toContain('the trace has no requests');
  });
});
