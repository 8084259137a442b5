import { describe, expect, it } from 'vitest';

import type { Span } from '../../../base/prompt.ts';
import type { Trace } from '../../../sim/workload/trace/trace.ts';
import { traceFilesOf, type TraceReadOptions } from '../../../sim/workload/trace/trace-format.ts';
import { readTrace, traceFormat } from '../../../sim/workload/trace/trace-formats.ts';
import { messageOf } from '../../support/scenario-text.ts';

const read = (
  format: string,
  content: string | ReadonlyMap<string, string>,
  options?: TraceReadOptions,
): Trace => readTrace(traceFormat(format), traceFilesOf('a.trace', content), options);

const spansOf = (trace: Trace): (readonly Span[])[] => trace.prompts.map((prompt) => prompt.spans());
const lines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

describe('mooncake', () => {
  const row = (input: number, ids: readonly number[], at = 0): unknown => ({
    timestamp: at,
    input_length: input,
    output_length: 7,
    hash_ids: ids,
  });

  it('makes chains of ids into few spans: the first continuation goes on, others begin anew', () => {
    const trace = read(
      'mooncake',
      lines([
        row(1200, [0, 1, 2]),
        row(1536, [0, 3, 4]),
        row(1100, [0, 1, 5], 3000),
        row(1536, [0, 1, 2], 6000),
        row(2048, [0, 1, 2, 6], 6000),
      ]),
    );
    expect(spansOf(trace)).toEqual([
      [{ content: 1, start: 0, tokens: 1200 }],
      [
        { content: 1, start: 0, tokens: 512 },
        { content: 2, start: 0, tokens: 1024 },
      ],
      [
        { content: 1, start: 0, tokens: 1024 },
        { content: 3, start: 0, tokens: 76 },
      ],
      [{ content: 1, start: 0, tokens: 1536 }],
      [{ content: 1, start: 0, tokens: 2048 }],
    ]);
    expect([...trace.arrivals]).toEqual([0, 0, 3, 6, 6]);
    expect([...trace.outputTokens]).toEqual([7, 7, 7, 7, 7]);
    expect(new Set(trace.outputs).size).toBe(5);
  });

  it('takes another block size, and the first rows only', () => {
    const text = lines([row(40, [9, 8, 7]), row(16, [9])]);
    expect(read('mooncake', text, { blockSize: 16, rows: 1 }).rows).toBe(1);
    expect(messageOf(() => read('mooncake', text))).toContain('is block_size 512 right for this trace?');
  });

  it.each([
    ['{"timestamp": 0, "input_length": 67', 'a.trace:2 the line is cut off'],
    ['[1, 2]', 'a.trace:2 the line is no JSON object'],
    [JSON.stringify({ timestamp: 0, input_length: 5, output_length: 1 }), 'a.trace:2 "hash_ids" is missing'],
    [
      JSON.stringify({ timestamp: 0, input_lenght: 5, output_length: 1, hash_ids: [1] }),
      'did you mean "input_lenght"?',
    ],
    [lines([row(5.5, [1])]), 'a.trace:2 "input_length" must be a whole number of at least 0, not 5.5'],
    [lines([row(-5, [1])]), 'must be a whole number of at least 0, not -5'],
    [
      '{"timestamp": 0, "input_length": 5, "output_length": 1, "hash_ids": ["a"]}',
      '"hash_ids" must be a list of whole numbers',
    ],
    [lines([row(5, [1, 2])]), '5 input tokens are 1 blocks of 512, but "hash_ids" has 2'],
  ])('says what is wrong with %j, and where', (line, message) => {
    expect(messageOf(() => read('mooncake', `${lines([row(5, [1])])}${line}`))).toContain(message);
  });

  it('says when there is nothing in it', () => {
    expect(messageOf(() => read('mooncake', '\n\n'))).toContain('a.trace the trace has no requests');
  });
});

describe('ragpulse', () => {
  const folder = (rows: readonly unknown[]): ReadonlyMap<string, string> =>
    new Map([
      ['0_trace.jsonl', `${lines(rows)}\n`],
      ['1_sys_prompt.jsonl', lines([{ sys_prompt_id: 1, token_length: 100 }])],
      ['2_passages.jsonl', lines([20, 30].map((token_length, passage_id) => ({ passage_id, token_length })))],
      ['3_history.jsonl', lines([{ history_id: 1, token_length: 5 }])],
      ['4_user_input.jsonl', lines([{ user_input_id: 4, token_length: 6 }])],
      ['5_web_search.jsonl', lines([{ web_search_id: 1, token_length: 40 }])],
    ]);
  const row = (timestamp: string, passages: readonly number[], input = 160): unknown => ({
    timestamp,
    input_length: input,
    output_length: 3,
    hash_ids: { sys_prompt: [1], passages_ids: passages, history: [], web_search: [], user_input: [4] },
    session_id: 's',
  });

  it('lays out components in prompt order, the rest as the request’s own', () => {
    const trace = read('ragpulse', folder([row('82', [1, 0]), row('90', [1])]));
    expect(spansOf(trace).map((spans) => spans.map(({ tokens }) => tokens))).toEqual([
      [100, 30, 20, 6, 4],
      [100, 30, 6, 24],
    ]);
    const [first, second] = trace.prompts.map((prompt) => prompt.keys(1));
    expect(first?.slice(0, 2)).toEqual(second?.slice(0, 2));
    expect(first?.at(-1)).not.toEqual(second?.at(-1));
    expect(trace.sessions).toEqual(['s', 's']);
  });

  it('goes on a week later when the clock restarts, not when rows are out of order', () => {
    const trace = read('ragpulse', folder(['82', '604453', '604400', '0', '5'].map((time) => row(time, []))));
    expect([...trace.arrivals]).toEqual([0, 604_371, 604_318, 604_718, 604_723]);
  });

  it('names a component that is nowhere', () => {
    expect(messageOf(() => read('ragpulse', folder([row('1', [7])])))).toContain(
      'a.trace/0_trace.jsonl:1 passages_ids 7 is not in 2_passages.jsonl',
    );
    expect(messageOf(() => read('ragpulse', folder([row('1', [1], 99)])))).toContain(
      '"input_length" is 99, its components have 136 tokens',
    );
  });
});

describe('azure', () => {
  it('reads times to the last digit, across days and zones', () => {
    const trace = read(
      'azure',
      'TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 23:59:59.5000000,374,44\r\n' +
        '2023-11-17 00:00:00.7500001,396,109\r\n2023-11-17 01:00:01+01:00,1,0\r\n',
    );
    expect([...trace.arrivals].map((time) => Number(time.toFixed(6)))).toEqual([0, 1.25, 1.5]);
    expect([...trace.inputTokens]).toEqual([374, 396, 1]);
    expect(trace.knowsPrefixes).toBe(false);
    expect(trace.outputTokens[2]).toBe(1);
    expect(trace.warnings).toEqual(['1 rows without input or output tokens count as one token each']);
  });

  it('names the line that is wrong', () => {
    const header = 'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 23:59:59.5000000,374,44\n\n';
    expect(messageOf(() => read('azure', `${header}2023-11-16 23:59`))).toContain(
      'a.trace:4 the line is no row',
    );
    expect(messageOf(() => read('azure', `${header}yesterday,1,1`))).toContain(
      'a.trace:4 "TIMESTAMP" must be a time',
    );
    expect(messageOf(() => read('azure', `${header}2023-11-16 23:59:59,x,1`))).toContain(
      'a.trace:4 "ContextTokens" must be a number, not "x"',
    );
  });
});

describe('records of real runs', () => {
  it('vllm-requests joins the two clocks where the engine was quickest', () => {
    const row = (arrival: number, queued: number): unknown => ({
      input_toks: 10,
      output_toks: 3,
      arrival_time: 1000 + arrival,
      queued_ts: 7 + queued,
      scheduled_ts: 7.5 + queued,
      first_token_ts: 8 + queued,
      last_token_ts: 10 + queued,
    });
    const { measured, arrivals } = read('vllm-requests', lines([row(0, 0.25), row(1, 1), row(2, 2.5)]));
    expect([...arrivals]).toEqual([0, 1, 2]);
    expect([...(measured?.ttft ?? [])]).toEqual([1.25, 1, 1.5]);
    expect([...(measured?.e2e ?? [])]).toEqual([3.25, 3, 3.5]);
    expect([...(measured?.queueTime ?? [])]).toEqual([0.75, 0.5, 1]);
  });

  it('blis-trace-v2 shares prefixes by group and measures from sending', () => {
    const text =
      'request_id,tenant_id,slo_class,session_id,prefix_group,prefix_length,input_tokens,output_tokens,' +
      'server_input_tokens,arrival_time_us,send_time_us,first_chunk_time_us,last_chunk_time_us,status\n' +
      '0,t1,gold,,g,100,50,8,0,0,1700000000000000,1700000000500000,1700000001000000,ok\n' +
      '1,t1,gold,,g,100,50,8,160,1000000,1700000003000000,1700000003250000,1700000004000000,ok\n' +
      '2,,,,,0,50,8,55,2000000,1700000004000000,0,0,timeout\n';
    const trace = read('blis-trace-v2', text);
    expect([...trace.inputTokens]).toEqual([150, 160, 55]);
    expect([...trace.arrivals]).toEqual([0, 3, 4]);
    expect([...read('blis-trace-v2', text, { clock: 'scheduled' }).arrivals]).toEqual([0, 1, 2]);
    expect([...(trace.measured?.ttft ?? [])]).toEqual([0.5, 0.25, NaN]);
    expect([...(trace.measured?.e2e ?? [])]).toEqual([1, 1, NaN]);
    expect(trace.classes).toEqual(['gold', 'gold', undefined]);
    const keys = trace.prompts.map((prompt) => prompt.keys(50)[0]);
    expect(keys[0]).toEqual({ ...keys[1] });
    expect(keys[2]).not.toEqual(keys[0]);
  });

  it('any other table is read by its columns', () => {
    const columns = {
      arrival: 't',
      input_tokens: 'in',
      output_tokens: 'out',
      first_token: 'ttft',
      time_unit: 'ms',
    } as const;
    const trace = read('columns', 't,in,out,ttft\n1000,5,6,1250\n3000,7,8,\n', { columns });
    expect([...trace.arrivals]).toEqual([0, 2]);
    expect([...(trace.measured?.ttft ?? [])]).toEqual([0.25, NaN]);
    expect(messageOf(() => read('columns', 't,in,ou,ttft\n1,5,6,2\n', { columns }))).toContain(
      'did you mean "ou"?',
    );
  });
});

it('an unknown format is answered with the nearest and all names', () => {
  const message = messageOf(() => traceFormat('moncake'));
  expect(message).toContain('did you mean "mooncake"?');
  expect(message).toContain(
    'mooncake, ragpulse, azure, vllm-requests, blis-trace-v2, vllm-bench, inference-perf, guidellm, aiperf, columns',
  );
});

it('the digest names what was read', () => {
  const text = lines([{ timestamp: 0, input_length: 5, output_length: 1, hash_ids: [1] }]);
  expect(read('mooncake', text).sha256).toBe(read('mooncake', `\n${text}\n`).sha256);
  expect(read('mooncake', text).sha256).not.toBe(read('mooncake', text.replace('5', '6')).sha256);
});
