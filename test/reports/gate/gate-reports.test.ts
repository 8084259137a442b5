import { describe, expect, it } from 'vitest';

import { gateFailures } from '../../../documents/gate-failures.ts';
import { gateReport, type GateReport } from '../../../documents/gate-report.ts';
import { API_VERSION } from '../../../documents/run-report.ts';
import { gateAnswerOf } from '../../../reports/gate/gate-answer.ts';
import { annotation, renderGateAnnotations } from '../../../reports/gate/gate-github.ts';
import { renderGateJunit } from '../../../reports/gate/gate-junit.ts';
import { renderGateMarkdown } from '../../../reports/gate/gate-markdown.ts';
import { renderGateTable } from '../../../reports/gate/gate-table.ts';

type Changes = Partial<Pick<GateReport, 'comparisons' | 'thresholds' | 'policies' | 'decisions'>>;

function madeGate(changes: Changes = {}): GateReport {
  const report: Omit<GateReport, 'answer'> = {
    apiVersion: API_VERSION,
    kind: 'GateReport',
    manifest: { scenario: 'a <b> | c', scenarioSha256: 'e', fleetcastVersion: '0', seeds: [1] },
    verdict: 'pass',
    method: {
      pairing: 'replications',
      pairs: 16,
      pairsNeeded: 8,
      level: 0.05,
      comparisons: 2,
      relevantShare: 0.01,
      fixtures: ['slow-replica'],
    },
    thresholds: [
      { expression: 'ttft p(90) <= 2s', policy: 'new', value: 0.5, limit: 2, ok: true },
      { expression: 'ttft p(90) < baseline', policy: 'new', fixture: 'slow-replica', limit: 1, ok: false },
    ],
    comparisons: [
      {
        baseline: 'old',
        candidate: 'new',
        metric: 'ttft.p90',
        baselineValue: 0.4,
        candidateValue: 0.5,
        difference: 0.1,
        ratio: 1.25,
        interval: [0.05, 0.15],
        pairs: 16,
        pValue: 0.001,
        adjustedPValue: 0.002,
        verdict: 'worse',
      },
      {
        baseline: 'old',
        candidate: 'new',
        metric: 'goodput.attainment',
        fixture: 'slow-replica',
        baselineValue: 0.95,
        candidateValue: 0.96,
        difference: 0.01,
        ratio: 1.0105,
        verdict: 'too little data',
      },
    ],
    policies: [
      { policy: 'old', fixture: 'slow-replica', runs: 16, unstable: 2, offered: 1600, completed: 1600 },
      { policy: 'new', fixture: 'slow-replica', runs: 16, unstable: 9, offered: 1600, completed: 1500 },
    ],
    decisions: [
      {
        baseline: 'old',
        candidate: 'new',
        decided: 100,
        changed: 1,
        share: 0.01,
        first: [
          {
            request: 'r1',
            baseline: 'h100/0',
            candidate: 'h100/1',
            baselineScoreDifference: 0.25,
            candidateScoreDifference: -0.5,
          },
        ],
      },
    ],
    labels: [{ code: 'assumed-figure', text: 'something is assumed' }],
    ...changes,
  };
  const verdict = gateFailures(report).length > 0 ? 'fail' : 'pass';
  return gateReport.parse({ ...report, verdict, answer: gateAnswerOf({ ...report, verdict }) });
}

const FAILED = madeGate();
const PASSED = madeGate({ comparisons: [], thresholds: FAILED.thresholds.slice(0, 1), policies: [] });

describe('reports of a gate', () => {
  it('fail for a candidate that is worse, cannot keep up, or breaks a threshold', () => {
    expect(gateFailures(FAILED).map(({ kind }) => kind)).toEqual(['unstable', 'worse', 'threshold']);
    expect(FAILED.answer.sentence).toBe(
      'Fail: under slow-replica new cannot keep up in 9 of 16 runs (unstable), the baseline can; new is worse than old in P90 TTFT (+25.0 %); under slow-replica new breaks ttft p(90) < baseline (no steady value, baseline 1,000 ms).',
    );
    expect(PASSED.answer.sentence).toBe('Pass: 1 threshold holds.');
  });

  it('as a table: 80 columns, thresholds, decisions, and the answer as the last line', () => {
    const lines = renderGateTable(FAILED, { color: false }).trimEnd().split('\n');
    expect(lines.at(-1)).toMatch(/^Fail: .* Next: 16 pairs of runs/);
    for (const line of lines.slice(0, -1)) expect(line.length, line).toBeLessThanOrEqual(80);
    const text = lines.join('\n');
    expect(text).toContain('new against old');
    expect(text).toMatch(/P90 TTFT +500 ms +\+25\.0 % +\+50\.0 to \+150 ms worse/);
    expect(text).toMatch(/attainment +96\.0 % +\+1\.0 pt +too little data/);
    expect(text).toContain('✓ ttft p(90) <= 2s: 500 ms (new)');
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      '✗ ttft p(90) < baseline: no steady value, baseline 1,000 ms (new under slow-replica)',
    );
    expect(text).toMatch(/figure +candidate +change +95 % interval verdict/);
    expect(text).toContain('of 100 decisions 1 (1.0 %) go elsewhere under new than under old');
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      'r1: h100/0 -> h100/1; the baseline scores h100/0 0.25 higher, the candidate scores h100/0 0.5 lower',
    );
  });

  it('gives the limit of a threshold that depends on the baseline, and ties in words', () => {
    const [first] = madeGate().decisions;
    if (first === undefined) throw new Error('no decisions');
    const report = madeGate({
      thresholds: [
        { expression: 'ttft p(90) < baseline * 1.05', policy: 'new', value: 0.43, limit: 0.42, ok: false },
        { expression: 'ttft p(90) < baseline', policy: 'new', value: 0.43, ok: false },
      ],
      decisions: [
        {
          ...first,
          first: [
            {
              request: 'r1',
              baseline: 'a/0',
              candidate: 'a/1',
              baselineScoreDifference: 0,
              candidateScoreDifference: -0.0016,
            },
          ],
        },
      ],
    });
    const text = renderGateTable(report, { color: false }).replaceAll(/\s+/g, ' ');
    expect(text).toContain('✗ ttft p(90) < baseline * 1.05: 430 ms, limit 420 ms = 400 ms x 1.05 (new)');
    expect(text).toContain('✗ ttft p(90) < baseline: 430 ms; the baseline has no steady value (new)');
    expect(text).toContain('the baseline scores both alike, the candidate scores a/0 0.0016 lower');
  });

  it('as Markdown: headings from the third level on, details folded, names escaped', () => {
    const text = renderGateMarkdown(FAILED);
    expect(text).toMatch(/^### ❌ fleetcast gate: a &lt;b> \\\| c\n/);
    expect(text).toContain('| P90 TTFT | 400 ms | 500 ms | +25.0 % | +50.0 to +150 ms | 🔴 worse |');
    expect(text).toContain(
      '- ❌ `ttft p(90) < baseline`: no steady value, baseline 1,000 ms (new under slow-replica)',
    );
    expect(text.match(/<details>/g)).toHaveLength(2);
    expect(renderGateMarkdown(PASSED)).toMatch(/^### ✅ /);
  });

  it('as JUnit: what is worse fails, what has too little data is skipped', () => {
    const text = renderGateJunit(FAILED);
    expect(text).toContain(
      '<testsuites name="fleetcast gate: a &lt;b&gt; | c" tests="6" failures="3" errors="0" skipped="1">',
    );
    expect(text).toContain('<failure message="worse: +25.0 %, 95 % interval +50.0 to +150 ms"/>');
    expect(text).toContain('<skipped message="too little data"/>');
    // Well formed: every element that opens closes, in order.
    const open: string[] = [];
    for (const [, slash, name = '', end] of text.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
      if (slash === '/') expect(open.pop()).toBe(name);
      else if (end !== '/') open.push(name);
    }
    expect(open).toEqual([]);
  });

  it('as annotations: an error per reason, a notice when it passes, a warning when nobody knows', () => {
    expect(
      renderGateAnnotations(FAILED).match(/^::error title=fleetcast gate%3A a <b> \| c::/gm),
    ).toHaveLength(3);
    expect(renderGateAnnotations(PASSED)).toMatch(/^::notice .*::Pass: 1 threshold holds\.\n$/);
    const unknown = madeGate({ comparisons: FAILED.comparisons.slice(1), thresholds: [], policies: [] });
    expect(renderGateAnnotations(unknown)).toMatch(/^::warning /);
    expect(annotation('error', 'E_X', '100 %\nhint', { file: 'a,b.yaml', line: 3, column: 7 })).toBe(
      '::error file=a%2Cb.yaml,line=3,col=7,title=E_X::100 %25%0Ahint',
    );
  });
});
