import { describe, expect, it } from 'vitest';

import { parseThreshold, type Threshold } from '../../documents/threshold.ts';
import { renderTable } from '../../reports/table.ts';
import { madeReport, type MadePolicy } from '../support/made-report.ts';

const threshold = (metric: string, expression: string): Threshold => {
  const parsed = parseThreshold(metric, expression);
  if ('message' in parsed) throw new Error(parsed.message);
  return parsed;
};

const five: MadePolicy[] = [
  { policy: 'round-robin', queue: 1.2, hitRate: 0.11, rejectEvery: 50 },
  { policy: 'random', verdict: 'unstable', queue: 80 },
  { policy: 'least-request', queue: 0.8, preemptions: 17 },
  { policy: 'llm-d-default', verdict: 'saturated', queue: 0.5, cost: { usdPerHour: 47.2 } },
  {
    policy: 'llm-d',
    hitRate: 0.4,
    labels: [
      { code: 'assumed-figure', text: 'the efficiency of the attention kernels is assumed, not measured' },
    ],
  },
];

describe('the table', () => {
  it('is what it was', async () => {
    const { report } = madeReport(five, {
      scenario: 'support-chat-rag',
      attainment: 0.9,
      thresholds: [threshold('ttft', 'p(90) <= 2s'), threshold('ttft', 'p(90) <= baseline * 0.9')],
    });
    await expect(renderTable(report, { color: false })).toMatchFileSnapshot('golden/five-policies.txt');
  });

  it('stays within 80 columns, the answer in the last line excepted, whatever the policies are called', () => {
    const named = five.map((policy, k) => ({
      ...policy,
      policy: `${'a-policy-with-a-long-name-'.repeat(2)}${k}`,
    }));
    for (const policies of [named, [...named, { policy: 'six' }, { policy: 'seven' }], five.slice(0, 1)]) {
      const lines = renderTable(madeReport(policies).report, { color: false }).trimEnd().split('\n');
      for (const line of lines.slice(0, -1)) expect(line.length, line).toBeLessThanOrEqual(80);
      for (const { policy } of policies)
        expect(lines.at(-1)).toContain(policies.length > 1 ? 'policies' : policy);
    }
  });

  it('ends with the answer and what to try next, in one line', () => {
    const { report } = madeReport([{ policy: 'round-robin', queue: 1 }, { policy: 'llm-d' }]);
    const last = renderTable(report, { color: false }).trimEnd().split('\n').at(-1);
    expect(last).toMatch(/^llm-d is better than round-robin: .*95 % interval.*\. Next: .*\.$/);
  });

  it('shows neither TTFT nor E2E nor their differences where a run is unstable', () => {
    const { report } = madeReport([
      { policy: 'a', verdict: 'unstable' },
      { policy: 'b', verdict: 'unstable' },
    ]);
    const text = renderTable(report, { color: false });
    expect(text).not.toMatch(/^(TTFT|E2E|queue)/m);
    expect(text).not.toMatch(/P90 (TTFT|E2E)/);
    expect(text).toMatch(/^TPOT P90/m);
    expect(text).toMatch(/verdict +unstable +unstable/);
  });

  it('colours nothing unless asked', () => {
    const { report } = madeReport(five);
    const escape = String.fromCharCode(27);
    expect(renderTable(report, { color: false })).not.toContain(escape);
    const coloured = renderTable(report, { color: true });
    expect(coloured).toContain(`${escape}[31m`);
    expect(coloured.replaceAll(new RegExp(`${escape}\\[\\d+m`, 'g'), '')).toBe(
      renderTable(report, { color: false }),
    );
  });

  it('gives the mean of several seeds', () => {
    const seeds = [1, 2].flatMap((seed) => [
      { policy: 'a', seed },
      { policy: 'b', seed, queue: 0.1 },
    ]);
    expect(renderTable(madeReport(seeds).report, { color: false })).toMatch(
      /^made-up: .*, mean of 2 seeds$/m,
    );
  });
});
