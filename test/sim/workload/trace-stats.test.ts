import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { traceFigures } from '../../../documents/trace-stats.ts';
import { traceStats } from '../../../sim/workload/stats/trace-stats.ts';
import { ragpulse } from '../../../sim/workload/trace/ragpulse.ts';
import type { Trace } from '../../../sim/workload/trace/trace.ts';
import { traceFilesOf } from '../../../sim/workload/trace/trace-format.ts';
import { readTrace, traceFormat } from '../../../sim/workload/trace/trace-formats.ts';
import { describeShared } from '../../support/shared.ts';

interface Row {
  readonly ids: readonly number[];
  readonly tokens: number;
}

const BLOCK = 10;

const traceOf = (rows: readonly Row[], times?: readonly number[]): Trace => {
  const text = rows.map(({ ids, tokens }, index) =>
    JSON.stringify({
      timestamp: (times?.[index] ?? index) * 1000,
      input_length: tokens,
      output_length: 1,
      hash_ids: ids,
    }),
  );
  const files = traceFilesOf('small', text.join('\n'));
  return readTrace(traceFormat('mooncake'), files, { blockSize: BLOCK });
};

/** What cli.md says, word by word, over the ids themselves. */
const slowLru = (rows: readonly Row[], slots: number): number => {
  const pool = new Set<number>();
  let hits = 0;
  let total = 0;
  for (const { ids, tokens } of rows) {
    const found = ids.findIndex((id) => !pool.has(id));
    hits += Math.min(BLOCK * (found === -1 ? ids.length : found), tokens);
    total += tokens;
    for (const id of ids) {
      if (!pool.delete(id) && pool.size >= slots) {
        const [oldest] = pool;
        if (oldest !== undefined) pool.delete(oldest);
      }
      if (slots > 0) pool.add(id);
    }
  }
  return hits / total;
};

/** Prompts that grow along the paths of a random tree: an id means one content behind one prefix. */
const rows: fc.Arbitrary<Row[]> = fc
  .array(fc.tuple(fc.nat(30), fc.nat(5), fc.nat(BLOCK - 1)), { minLength: 1, maxLength: 40 })
  .map((shapes) => {
    const known: number[][] = [[]];
    let next = 0;
    return shapes.map(([which, more, missing]) => {
      const ids = [...(known[which % known.length] ?? [])];
      for (let added = 0; added <= more; added++) {
        ids.push(next++);
        known.push([...ids]);
      }
      return { ids, tokens: ids.length * BLOCK - missing };
    });
  });

describe('prefix reuse', () => {
  it('follows the definition, block by block, for pools of any size', () => {
    let partHits = 0;
    fc.assert(
      fc.property(rows, fc.nat(60), (requests, slots) => {
        const trace = traceOf(requests);
        const { prefixReuse } = traceStats(trace, { lruTokens: [slots * BLOCK + 3] });
        const all = slowLru(requests, Infinity);
        const some = slowLru(requests, slots);
        if (some > 0 && some < all) partHits++;
        expect(prefixReuse?.infiniteCacheHitTokenShare).toBeCloseTo(all, 12);
        expect(prefixReuse?.lru[0]?.hitTokenShare).toBeCloseTo(some, 12);
      }),
      { numRuns: 300 },
    );
    expect(partHits).toBeGreaterThan(20);
  });

  it('evicts the oldest block of a pool in which a prompt touches in prompt order', () => {
    const requests = [
      { ids: [1, 2, 3], tokens: 30 },
      { ids: [4], tokens: 10 },
      { ids: [1, 2, 3], tokens: 25 },
    ];
    const share = (slots: number): number | undefined =>
      traceStats(traceOf(requests), { lruTokens: [slots * BLOCK] }).prefixReuse?.lru[0]?.hitTokenShare;
    expect(share(4)).toBe(25 / 65);
    expect(share(3)).toBe(0); // block 1 made room for 4: nothing leads
    expect(share(0)).toBe(0);
  });
});

describe('figures', () => {
  it('are those of the rows', () => {
    const even = [10, 20, 30, 40, 50].map((tokens, index) => ({
      ids: Array.from({ length: tokens / BLOCK }, (_, block) => index * 10 + block),
      tokens,
    }));
    const figures = traceStats(traceOf(even, [0, 2, 4, 6, 8]));
    expect(figures).toMatchObject({
      requests: 5,
      durationSeconds: 8,
      ratePerSecond: 0.625,
      interarrivalCv: 0,
    });
    expect(figures.inputTokens).toEqual({ mean: 30, p50: 30, p90: 46, p99: 49.6, max: 50, sum: 150 });
    expect(figures).not.toHaveProperty('sessions');
    expect(traceFigures.parse(figures)).toEqual(figures);
  });

  it('of a single moment leave out what a moment does not have', () => {
    const one = traceStats(traceOf([{ ids: [1], tokens: 5 }]));
    expect(one).not.toHaveProperty('ratePerSecond');
    expect(one).not.toHaveProperty('interarrivalCv');
  });

  it('warn of rounded timestamps and of prefixes that are not known', () => {
    const rounded = Array.from({ length: 30 }, (_, index) => ({ ids: [index], tokens: 5 }));
    const times = rounded.map((_, index) => Math.floor(index / 5) * 3);
    expect(traceStats(traceOf(rounded, times)).warnings).toEqual([
      'timestamps are rounded to about 3 s (6 different ones), so requests arrive in bursts; trace.spread undoes it',
    ]);
    const azure = traceFilesOf(
      'a',
      'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 23:59:59.5,374,44\n',
    );
    const blind = traceStats(readTrace(traceFormat('azure'), azure));
    expect(blind).not.toHaveProperty('prefixReuse');
    expect(blind.warnings[0]).toContain('does not say which prompts share a beginning');
  });
});

describeShared('the Mooncake conversation trace', 'data/traces/mooncake-conversation.jsonl', (file) => {
  it('reuses what its description says', () => {
    const files = traceFilesOf(file, readFileSync(file, 'utf8'));
    const trace = readTrace(traceFormat('mooncake'), files);
    const slots = [1000, 5000, 10_000, 20_000, 50_000];
    const { prefixReuse, ...figures } = traceStats(trace, { lruTokens: slots.map((count) => count * 512) });
    const percent = (share = NaN): string => (share * 100).toFixed(2);
    expect(figures).toMatchObject({ requests: 12_031, inputTokens: { max: 126_195 } });
    expect(figures.warnings[0]).toContain('about 3 s (1180 different ones)');
    expect(percent(prefixReuse?.infiniteCacheHitTokenShare)).toBe('37.36');
    expect(prefixReuse?.lru.map(({ hitTokenShare }) => percent(hitTokenShare))).toEqual([
      '4.54',
      '11.25',
      '21.53',
      '29.31',
      '36.15',
    ]);
    const runs = trace.prompts.reduce((sum, { path }) => sum + path.length, 0) / trace.rows;
    expect(runs).toBeLessThan(3);
  });
});

describeShared('the RAGPulse traces', 'data/traces/ragpulse', (folder) => {
  it('reuse what their description says, over two weeks', () => {
    const texts = new Map(
      (ragpulse.files ?? []).map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]),
    );
    const trace = readTrace(ragpulse, traceFilesOf(folder, texts));
    const figures = traceStats(trace);
    expect(((figures.prefixReuse?.infiniteCacheHitTokenShare ?? 0) * 100).toFixed(1)).toBe('31.4');
    expect(figures).toMatchObject({ requests: 7106, sessions: { count: 3990 } });
    expect(figures.durationSeconds).toBe(604_800 + 604_603 - 82);
    expect(trace.arrivals[3800]).toBe(604_800 - 82);
  });
});

describeShared('the Azure traces', 'data/traces/azure-2023-code.csv', (file) => {
  it('have as many rows as their files', () => {
    const files = traceFilesOf(file, readFileSync(file, 'utf8'));
    expect(readTrace(traceFormat('azure'), files).rows).toBe(8819);
  });
});

describeShared(
  'recorded vLLM runs',
  'data/measurements/vllm-runs/rtx4090-llama-3.1-8b/requests.jsonl',
  (file) => {
    it('have first tokens after arrivals and last ones after those', () => {
      const { measured, rows: count } = readTrace(
        traceFormat('vllm-requests'),
        traceFilesOf(file, readFileSync(file, 'utf8')),
      );
      expect(count).toBe(300);
      const ordered = [...(measured?.ttft ?? [])].every(
        (ttft, row) =>
          ttft > 0 && (measured?.e2e[row] ?? 0) >= ttft && (measured?.queueTime?.[row] ?? NaN) <= ttft,
      );
      expect(ordered).toBe(true);
    });
  },
);
