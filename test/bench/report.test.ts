import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import { readBaseline, saveBaseline } from '../../bench/baseline.ts';
import { parseOptions } from '../../bench/options.ts';
import { scalingOf } from '../../bench/scaling.ts';
import { workloadReport } from '../../bench/workload-report.ts';

describe('the report', () => {
  const cold = {
    requests: 1000,
    verdict: 'stable',
    seconds: 2,
    events: 5000,
    steps: 4000,
    leapt: 3000,
    residentBytesBefore: 50e6,
    peakResidentBytes: 80e6,
  };
  const warm = { ...cold, seconds: [1, 0.5, 0.4], cpuSeconds: [0.25, 0.2, 0.5], shares: { engine: 0.6 } };

  it('gives speed by the median pass, per request, beside the baseline', () => {
    expect(
      workloadReport('x', cold, warm, { requestsPerSecond: 1000, requestsPerCpuSecond: 8000 }),
    ).toMatchObject({
      requestsPerSecond: 2000,
      requestsPerCpuSecond: 4000,
      coldPass: { requestsPerSecond: 500 },
      eventsPerRequest: 5,
      stepsPerRequest: 4,
      leaptShare: 0.75,
      residentMegabytes: { before: 50, peak: 80 },
      cpuMicrosecondsPerRequest: { engine: 150 },
      ratioToBaseline: { ofSpeed: 2, ofCpuSpeed: 0.5 },
    });
  });

  it('gives what there is of a workload that is played once', () => {
    const report = workloadReport('x', cold, undefined, undefined);
    expect(report.requestsPerSecond).toBe(500);
    expect(report.secondsOfPasses).toEqual([]);
    expect(Object.keys(report)).not.toContain('ratioToBaseline');
    expect(Object.keys(report)).not.toContain('cpuMicrosecondsPerRequest');
  });

  it('says what more replicas cost a request', () => {
    const slower = { ...warm, cpuSeconds: [1.504] };
    const reports = [
      workloadReport('replicas-512/p', cold, slower, undefined),
      workloadReport('replicas-8/p', cold, { ...warm, cpuSeconds: [1] }, undefined),
      workloadReport('replicas-8/q', cold, warm, undefined),
    ];
    expect(scalingOf(reports)).toEqual([
      { policy: 'p', from: 8, to: 512, costRatio: 1.5, nanosecondsPerReplica: 1000 },
    ]);
  });
});

describe('the baseline', () => {
  it('keeps figures of the same machine and forgets those of another', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'fleetcast-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = path.join(folder, 'baseline.json');
    expect(readBaseline(file)).toBeUndefined();
    const [one, two, three] = [
      { requestsPerSecond: 1 },
      { requestsPerSecond: 2 },
      { requestsPerSecond: 3 },
    ] as const;
    const first = {
      cpu: 'a',
      node: 'v20',
      loadAverage: 0.5,
      workloads: { x: one, y: two },
      decisionMicroseconds: { d: 9 },
    };
    saveBaseline(file, first, undefined);
    saveBaseline(file, { ...first, workloads: { y: three }, decisionMicroseconds: {} }, readBaseline(file));
    expect(readBaseline(file)).toEqual({ ...first, workloads: { x: one, y: three } });
    const other = {
      cpu: 'b',
      node: 'v20',
      loadAverage: 0.5,
      workloads: { y: one },
      decisionMicroseconds: {},
    };
    saveBaseline(file, other, readBaseline(file));
    expect(readBaseline(file)).toEqual(other);
  });
});

describe('the command line', () => {
  it('is read with its defaults', () => {
    expect(parseOptions(['--only', 'mooncake', '--passes', '3'])).toMatchObject({
      only: ['mooncake'],
      passes: 3,
      large: false,
    });
  });

  it.each([['--only', 'moonkake'], ['--passes', '0'], ['--fast']])('refuses %s %s', (...args) => {
    expect(() => parseOptions(args)).toThrow();
  });
});
