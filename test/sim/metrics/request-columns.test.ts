import { describe, expect, it } from 'vitest';

import { idOf, indexOf, partOf, REQUEST_STATUSES } from '../../../documents/request-table.ts';
import { RequestRecorder, type EndedRequest } from '../../../sim/metrics/request-recorder.ts';

const UNFINISHED = REQUEST_STATUSES.indexOf('unfinished');

function recorder(expected?: number): RequestRecorder {
  return new RequestRecorder({
    hasSessions: false,
    endpoints: ['h100/0'],
    stages: [],
    warmupStages: new Set(),
    warmup: 0,
    targets: undefined,
    expected,
  });
}

function ended(index: number, queued: number): EndedRequest {
  return {
    index,
    status: 0,
    endpoint: 0,
    firstArrival: index,
    arrival: index,
    dispatched: index + queued,
    delivered: index + queued,
    queued: index + queued,
    started: index + queued,
    firstTokenMade: index + queued + 1,
    firstToken: index + queued + 1,
    end: index + queued + 3,
    outputTokens: 3,
    prefixHitTokens: 16,
    predictedHitTokens: NaN,
    reason: undefined,
  };
}

const offered = (index: number, name?: string) => ({ index, name, prompt: { length: 100 + index } });

describe('the request table', () => {
  it('is the same however many requests were expected, beyond all room that was taken at first', () => {
    const tables = [undefined, 100, 5000].map((expected) => {
      const recorded = recorder(expected);
      for (let index = 0; index < 5000; index++) {
        recorded.offered(offered(index), index);
        if (index % 3 > 0) recorded.ended(ended(index, index === 4000 ? 2 : 0));
      }
      return recorded.table();
    });
    const [first] = tables;
    for (const table of tables) expect(table).toEqual(first);
    expect(first?.rows).toBe(5000);
    expect(first?.ttft[4000]).toBe(3);
    expect(first?.status[3999]).toBe(UNFINISHED);
    expect(first?.prefixHitTokens[3999]).toBe(-1);
  });

  it('has no column of what all have in common, and says it all the same', () => {
    const recorded = recorder();
    for (const index of [0, 1, 2]) recorded.offered(offered(index), index);
    for (const index of [0, 1]) recorded.ended(ended(index, 0));
    const table = recorded.table();
    expect(table.ids).toBeUndefined();
    expect(table.classCode).toBeUndefined();
    expect(table.parts.gatewayQueue).toBeUndefined();
    expect([0, 1, 2].map((row) => partOf(table, 'gatewayQueue', row))).toEqual([0, 0, NaN]);
    expect([0, 1, 2].map((row) => partOf(table, 'prefill', row))).toEqual([1, 1, NaN]);
    expect([0, 1, 2].map((row) => idOf(table, row))).toEqual(['0', '1', '2']);
  });

  it('makes a column when one of them differs, with the others as they were', () => {
    const recorded = recorder();
    recorded.offered({ ...offered(0) }, 0);
    recorded.offered({ ...offered(1, 'x'), class: 'chat' }, 1);
    recorded.offered({ ...offered(2) }, 2);
    recorded.ended(ended(0, 0));
    recorded.ended(ended(2, 5));
    const table = recorded.table();
    expect([0, 1, 2].map((row) => idOf(table, row))).toEqual(['0', 'x', '2']);
    expect(table.classCode).toEqual(Int32Array.of(-1, 0, -1));
    expect([0, 1, 2].map((row) => partOf(table, 'gatewayQueue', row))).toEqual([0, NaN, 5]);
  });

  it('leaves out requests that were never offered', () => {
    const recorded = recorder(6);
    for (const index of [0, 4, 2]) recorded.offered(offered(index), index);
    recorded.ended(ended(4, 1));
    const table = recorded.table();
    expect([0, 1, 2].map((row) => indexOf(table, row))).toEqual([0, 2, 4]);
    expect([0, 1, 2].map((row) => idOf(table, row))).toEqual(['0', '2', '4']);
    expect(table.inputTokens).toEqual(Int32Array.of(100, 102, 104));
    expect([0, 1, 2].map((row) => partOf(table, 'gatewayQueue', row))).toEqual([NaN, NaN, 1]);
  });
});
