/*
 * `npm run bench`: how fast the simulator is. One JSON document on stdout; progress on stderr. Each workload is played in
 * processes of its own: one for the cold pass and its memory, one for the timed passes.
 */
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

import { UserError } from '../base/user-error.ts';
import { packageRoot, packageVersion } from '../cli/package-root.ts';
import { readBaseline, saveBaseline, type Baseline } from './baseline.ts';
import { coldPass, type ColdPass } from './cold-pass.ts';
import { loadInput, obstacleTo } from './load-input.ts';
import { measurePasses, type MeasuredPasses } from './measure-passes.ts';
import { DECISIONS, parseOptions, USAGE, type BenchOptions } from './options.ts';
import { plateauOf } from './plateau.ts';
import { runChild } from './run-child.ts';
import { scalingOf } from './scaling.ts';
import { measureDecisions, type DecisionTimes } from './scheduler-decision.ts';
import { chosen, type BenchWorkload } from './workload-list.ts';
import { digits, workloadReport, type WorkloadReport } from './workload-report.ts';

const DECISION = { endpoints: 256, promptTokens: 65536, decisions: 500 };
const baselineFile = path.join(packageRoot(), 'bench', 'baseline.json');

try {
  await run(parseOptions(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  for (const { message, hint } of error.problems) process.stderr.write(`error: ${message}\n${hint ?? ''}\n`);
  process.exitCode = 2;
}

async function run(options: BenchOptions): Promise<void> {
  if (options.help) {
    process.stdout.write(USAGE);
    return;
  }
  const workloads = chosen(options.only, options.large);
  const machine = {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    node: process.version,
    // Above 1, others use the machine as well, and every figure per second is lower than it would be.
    loadAverage: digits(os.loadavg()[0] ?? NaN, 3),
  };
  if (options.child !== undefined) {
    for (const workload of workloads) playAsChild(workload, options.child, options.passes);
    return;
  }
  const playable = workloads.filter((workload) => obstacleTo(workload) === undefined);
  const skipped = workloads.flatMap((workload) => {
    const reason = obstacleTo(workload);
    return reason === undefined ? [] : { name: workload.name, reason };
  });
  if (options.plateau) {
    print({ ...machine, plateaus: playable.map((workload) => plateauOf(workload)), skipped });
    return;
  }
  const baseline = readBaseline(baselineFile);
  const reports: WorkloadReport[] = [];
  for (const workload of playable) reports.push(await play(workload, options.passes, baseline));
  const decisions = options.only.length === 0 || options.only.includes(DECISIONS) ? decisionTimes() : [];
  const now = { ...machine, ...speedsOf(reports, decisions) };
  if (options.save) saveBaseline(baselineFile, now, baseline);
  print({
    ...machine,
    fleetcast: packageVersion(),
    ...(baseline !== undefined && {
      baseline: { cpu: baseline.cpu, node: baseline.node, loadAverage: baseline.loadAverage },
    }),
    workloads: reports,
    skipped,
    ...(scalingOf(reports).length > 0 && { scaling: scalingOf(reports) }),
    ...(decisions.length > 0 && { schedulerDecision: { ...DECISION, times: decisions } }),
  });
}

async function play(
  workload: BenchWorkload,
  passes: number,
  baseline: Baseline | undefined,
): Promise<WorkloadReport> {
  const { name } = workload;
  const file = fileURLToPath(import.meta.url);
  const begin = ['--only', name, '--passes', String(passes), '--child'];
  say(`${name}: cold pass …`);
  const cold = (await runChild(file, [...begin, 'cold'])) as ColdPass;
  if (!workload.coldOnly) say(`${name}: ${passes} timed passes of some ${cold.seconds.toFixed(1)} s …`);
  const warm = workload.coldOnly ? undefined : ((await runChild(file, [...begin, 'warm'])) as MeasuredPasses);
  const report = workloadReport(name, cold, warm, baseline?.workloads[name]);
  say(`${name}: ${report.requestsPerSecond.toLocaleString('en-US')} requests/s`);
  return report;
}

function playAsChild(workload: BenchWorkload, kind: 'cold' | 'warm', passes: number): void {
  const input = loadInput(workload);
  collect();
  process.send?.(
    kind === 'cold' ? coldPass(input, now) : measurePasses(input, passes, { now, cpu }, collect),
  );
}

function decisionTimes(): DecisionTimes[] {
  say('decisions of the scheduler …');
  return measureDecisions(DECISION, now).map((times) => ({
    ...times,
    microseconds: digits(times.microseconds, 3),
    commitMicroseconds: digits(times.commitMicroseconds, 3),
  }));
}

function speedsOf(reports: readonly WorkloadReport[], decisions: readonly DecisionTimes[]) {
  return {
    workloads: Object.fromEntries(
      reports.map(({ name, requestsPerSecond, requestsPerCpuSecond }) => [
        name,
        { requestsPerSecond, ...(requestsPerCpuSecond !== undefined && { requestsPerCpuSecond }) },
      ]),
    ),
    decisionMicroseconds: Object.fromEntries(decisions.map(({ name, microseconds }) => [name, microseconds])),
  };
}

function now(): number {
  return performance.now() / 1000;
}

function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Empties the heap, where Node was started with --expose-gc. */
function collect(): void {
  globalThis.gc?.();
}

function print(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
