import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';

import { TTFT_PARTS } from '../../documents/request-table.ts';
import { runReport, type RunReport } from '../../documents/run-report.ts';
import { renderRequestsCsv } from '../../reports/csv.ts';
import { renderJson, renderRunJson } from '../../reports/json.ts';
import { madeRecord } from '../support/made-run.ts';
import { madeReport } from '../support/made-report.ts';

describe('JSON', () => {
  const { report } = madeReport([{ policy: 'round-robin', queue: 1 }, { policy: 'llm-d' }], {
    attainment: 0.9,
  });

  it('reads back as the report', () => {
    const text = renderRunJson(report);
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(report)));
    expect(runReport.parse(JSON.parse(text))).toEqual(report);
    expect(text.endsWith('}\n')).toBe(true);
  });

  it('has the same bytes in whichever order the report was put together', () => {
    const turned = reversedKeys(report) as RunReport;
    expect(JSON.stringify(turned)).not.toBe(JSON.stringify(report));
    expect(renderRunJson(turned)).toBe(renderRunJson(report));
  });

  it('refuses a figure that is no number', () => {
    expect(() => renderJson({ a: [{ b: NaN }] })).toThrow(/finite/);
    expect(() => renderJson({ a: Infinity })).toThrow(/finite/);
  });
});

describe('CSV per request', () => {
  const hash = 'a1'.repeat(32);
  const records = [
    madeRecord({ policy: 'round, "robin"' }, [
      {
        arrival: 0.5,
        class: 'chat',
        session: 's',
        endpoint: 'h100/1',
        ttft: 0.25,
        tpot: 0.02,
        e2e: 0.43,
        engineQueue: 0.05,
      },
      { arrival: 1, status: 'rejected', inputTokens: 9000 },
    ]),
    madeRecord({ policy: 'llm-d', seed: 7 }, [{ arrival: 0.5, ttft: 0.2, e2e: 0.2, outputTokens: 1 }]),
  ];
  const text = [...renderRequestsCsv(records, hash)].join('');

  it('begins with the hash of the workload and the names of the columns', () => {
    expect(text.split('\n').slice(0, 2)).toEqual([
      `# workloadSha256=${hash}`,
      'policy,seed,stage,id,arrival,class,session,status,endpoint,input_tokens,output_tokens,prefix_hit_tokens,ttft,tpot,e2e,' +
        'retry,gateway_queue,gateway_decision,ingest,engine_queue,prefill,output,reason',
    ]);
  });

  it('has a row per offered request, empty where a value is absent, and reads back', () => {
    const rows = parse(text, { columns: true, comment: '#' }) as Record<string, string>[];
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatchObject({
      policy: 'round, "robin"',
      seed: '1',
      stage: '',
      id: 'r0',
      arrival: '0.5',
      class: 'chat',
      session: 's',
      status: 'completed',
      endpoint: 'h100/1',
      ttft: '0.25',
      tpot: '0.02',
      engine_queue: '0.05',
      prefill: '0.2',
    });
    expect(rows[1]).toMatchObject({
      status: 'rejected',
      ttft: '',
      e2e: '',
      prefix_hit_tokens: '',
      endpoint: '',
    });
    expect(rows[2]).toMatchObject({ policy: 'llm-d', seed: '7', tpot: '' });
  });

  it('has parts that add up to TTFT', () => {
    const { records: many } = madeReport([{ policy: 'a' }], { minutes: 120 });
    const rows = parse([...renderRequestsCsv(many, hash)].join(''), {
      columns: true,
      comment: '#',
    }) as Record<string, string>[];
    expect(rows).toHaveLength(2400);
    for (const row of rows) {
      const parts = TTFT_PARTS.map((part) =>
        Number(row[part.replaceAll(/[A-Z]/g, (l) => `_${l.toLowerCase()}`)]),
      );
      expect(parts.reduce((a, b) => a + b, 0)).toBeCloseTo(Number(row.ttft), 9);
    }
  });
});

function reversedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversedKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, reversedKeys(inner)]),
  );
}
