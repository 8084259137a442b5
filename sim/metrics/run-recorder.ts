import type { Seconds, Ticks, Tokens } from '../../base/units.ts';
import { REQUEST_STATUSES, type RequestTable } from '../../documents/request-table.ts';
import type { RunRecord } from '../../documents/run-record.ts';
import type { Label, PoolReport, RunEntry } from '../../documents/run-report.ts';
import { SERIES_BINS, type RunSeries } from '../../documents/run-series.ts';
import { DurationHistogram } from './duration-histogram.ts';
import {
  RequestRecorder,
  type EndedRequest,
  type OfferedRequest,
  type RecorderOptions,
} from './request-recorder.ts';
import { SampleGrid } from './sample-grid.ts';
import { ServerMeter, type MeteredInterval } from './server-meter.ts';
import { simulatedSeconds, summarise } from './summary.ts';
import { VERDICT_INTERVALS, verdictOf } from './verdict.ts';
import { WorkMeter } from './work-meter.ts';

/** What a recorder must know of a run beforehand. */
export interface RecordedRun extends Omit<RecorderOptions, 'endpoints' | 'stages'> {
  readonly policy: string;
  readonly seed: number;
  readonly ticksPerSecond: number;
  readonly closedLoop: boolean;
  readonly stages: readonly RecordedStage[];
  readonly pools: readonly RecordedPool[];
  readonly labels: readonly Label[];
}

export interface RecordedPool {
  readonly name: string;
  readonly replicas: number;
  readonly gpusPerReplica: number;
  readonly usdPerGpuHour: number | undefined;
  readonly usableBlocks: number;
}

export interface RecordedStage {
  readonly name: string;
  readonly rate?: number;
  readonly concurrency?: number;
  readonly duration?: Seconds;
  readonly warmup: boolean;
}

/** Figures of a fleet whose backlog grows say how long one looked. */
const TRANSIENT: Label = {
  code: 'transient',
  text: 'more arrives than is served: TTFT, E2E and queue times grow for as long as one looks',
};

/** Turns what happens in a run into its entry in the report, its request table and its series. */
export class RunRecorder {
  private readonly run: RecordedRun;
  private readonly requests: RequestRecorder;
  private readonly gaps = new DurationHistogram();
  private readonly grid: SampleGrid;
  private readonly work: WorkMeter;
  private readonly meters: ServerMeter[] = [];
  private readonly poolOfReplica: number[] = [];
  private readonly capacityRejections: { at: Ticks; pool: number }[] = [];
  private readonly warmupTicks: Ticks;
  private firstArrival: Ticks = Infinity;
  private lastArrival: Ticks = 0;
  private preemptions = 0;

  constructor(run: RecordedRun) {
    this.run = run;
    // One sample a millisecond to begin with: the grid coarsens itself as the run goes on.
    this.grid = new SampleGrid(Math.max(1, Math.round(run.ticksPerSecond / 1000)));
    this.work = new WorkMeter(this.grid);
    this.warmupTicks = Math.round(run.warmup * run.ticksPerSecond);
    const endpoints: string[] = [];
    run.pools.forEach((pool, index) => {
      for (let replica = 0; replica < pool.replicas; replica++) {
        endpoints.push(`${pool.name}/${replica}`);
        this.meters.push(new ServerMeter(this.grid, pool.usableBlocks));
        this.poolOfReplica.push(index);
      }
    });
    this.requests = new RequestRecorder({ ...run, endpoints, stages: run.stages.map(({ name }) => name) });
  }

  /** A client wants to send a request that will bring `tokens` of work (input and output). */
  offered(request: OfferedRequest, at: Ticks, tokens: Tokens): void {
    if (at < this.firstArrival) this.firstArrival = at;
    this.lastArrival = at;
    this.work.change(at, tokens);
    this.requests.offered(request, at / this.run.ticksPerSecond);
  }

  /** A request has ended with `unserved` tokens of its work left. */
  ended(request: EndedRequest, at: Ticks, unserved: Tokens, preemptions: number): void {
    this.preemptions += preemptions;
    if (unserved !== 0) this.work.change(at, 0 - unserved);
    this.requests.ended(request);
  }

  /** A request was turned away because a pool had no room; -1 = by the router, before any pool was chosen. */
  rejectedForCapacity(replica: number, at: Ticks): void {
    this.capacityRejections.push({ at, pool: this.poolOfReplica[replica] ?? 0 });
  }

  gapsBetweenTokens(at: Ticks, rows: number, first: Ticks, growth: Ticks, steps: number): void {
    if (at >= this.warmupTicks) this.gaps.addProgression(rows, first, growth, steps);
  }

  interval(replica: number, interval: MeteredInterval): void {
    this.meters[replica]?.interval(interval);
  }

  /** The record of the run, which ended at `end` after so many events. */
  record(end: Ticks, events: number): RunRecord {
    const { run } = this;
    this.work.close(end);
    for (const meter of this.meters) meter.close(end);
    const table = this.requests.table();
    const seconds = simulatedSeconds(table);
    const { prefixCache, ...summary } = summarise(table, () => true, seconds);
    const predicted = this.requests.predictedHitTokens;
    const cost = this.cost(seconds, summary.throughput);
    const verdict = this.verdict();
    const entry: RunEntry = {
      policy: run.policy,
      seed: run.seed,
      verdict,
      ...summary,
      itl: this.gaps.distribution(1 / run.ticksPerSecond),
      prefixCache: { ...prefixCache, ...(predicted !== undefined && { predictedHitTokens: predicted }) },
      ...(table.reasonCode !== undefined && { rejectionReasons: rejectionReasons(table) }),
      preemptions: this.preemptions,
      ...(cost !== undefined && { cost }),
      simulatedSeconds: seconds,
      pools: run.pools.map((pool, index) => this.poolReport(pool, index, end)),
      ...(run.stages.length > 0 && { stages: this.stages(table) }),
      ...(table.dictionaries.classes.length > 0 && {
        classes: table.dictionaries.classes.map((name, code) => ({
          name,
          ...summarise(table, (row) => table.classCode?.[row] === code, seconds),
        })),
      }),
      labels: verdict === 'unstable' ? [...run.labels, TRANSIENT] : [...run.labels],
    };
    const ticksPerNanosecond = this.run.ticksPerSecond / 1e9;
    const counts = {
      events,
      steps: this.total(({ steps }) => steps),
      leapt: this.total(({ leapt }) => leapt),
    };
    return { entry, requests: table, series: this.series(end), ticksPerNanosecond, counts };
  }

  private total(of: (meter: ServerMeter) => number): number {
    return this.meters.reduce((sum, meter) => sum + of(meter), 0);
  }

  private verdict(): ReturnType<typeof verdictOf> {
    const { grid, run, firstArrival: from, lastArrival: to } = this;
    if (from >= to) return 'stable';
    const sampled = (samples: Float64Array): number[] => grid.resample(samples, from, to, VERDICT_INTERVALS);
    const served = Array.from({ length: VERDICT_INTERVALS + 1 }, () => 0);
    for (const meter of this.meters)
      sampled(meter.servedSamples).forEach((value, k) => (served[k] = (served[k] ?? 0) + value));
    const width = (to - from) / VERDICT_INTERVALS;
    return verdictOf({
      seconds: (to - from) / run.ticksPerSecond,
      work: sampled(this.work.samples).map((brought, k) => brought - (served[k] ?? 0)),
      served,
      waiting: run.pools.map((_, pool) => this.metersOf(pool).map((meter) => sampled(meter.waitingSamples))),
      rejected: run.pools.map((_, pool) => {
        const counts = Array.from({ length: VERDICT_INTERVALS }, () => 0);
        for (const { at, pool: rejecting } of this.capacityRejections) {
          const interval = Math.min(VERDICT_INTERVALS - 1, Math.floor((at - from) / width));
          if (rejecting === pool) counts[interval] = (counts[interval] ?? 0) + 1;
        }
        return counts;
      }),
      closedLoop: run.closedLoop,
      seed: run.seed,
    });
  }

  /** The most requests that ran at once on a replica of a pool. */
  mostRunning(pool: number): number {
    return this.metersOf(pool).reduce((most, { mostRunning }) => Math.max(most, mostRunning), 0);
  }

  private metersOf(pool: number): ServerMeter[] {
    return this.meters.filter((_, replica) => this.poolOfReplica[replica] === pool);
  }

  private poolReport(pool: RecordedPool, index: number, end: Ticks): PoolReport {
    const meters = this.metersOf(index);
    const from = this.firstArrival === Infinity ? 0 : this.firstArrival;
    const time = (end - from) * meters.length;
    const mean = (of: (meter: ServerMeter) => number): number =>
      meters.reduce((sum, meter) => sum + of(meter), 0) / time;
    const busiest = Math.max(...meters.map(({ runningTicks }) => runningTicks));
    const average = meters.reduce((sum, { runningTicks }) => sum + runningTicks, 0) / meters.length;
    return {
      name: pool.name,
      replicas: pool.replicas,
      gpus: pool.replicas * pool.gpusPerReplica,
      ...(time > 0 && {
        meanRunning: mean(({ runningTicks }) => runningTicks),
        meanWaiting: mean(({ waitingTicks }) => waitingTicks),
        meanKvShare: mean(({ kvTicks }) => kvTicks),
        busyShare: mean(({ busyTicks }) => busyTicks),
      }),
      ...(average > 0 && { imbalance: busiest / average }),
    };
  }

  private cost(
    seconds: Seconds,
    { inputTokensPerSecond, outputTokensPerSecond }: RunEntry['throughput'],
  ): RunEntry['cost'] {
    if (this.run.pools.some(({ usdPerGpuHour }) => usdPerGpuHour === undefined)) return undefined;
    const usdPerHour = this.run.pools.reduce(
      (sum, { replicas, gpusPerReplica, usdPerGpuHour = 0 }) =>
        sum + replicas * gpusPerReplica * usdPerGpuHour,
      0,
    );
    // The whole bill over the tokens of each kind: two ways to quote it, not two parts of it.
    const perMillion = (rate: number | undefined): number | undefined =>
      seconds > 0 && rate !== undefined && rate > 0 ? (usdPerHour / 3600 / rate) * 1e6 : undefined;
    const input = perMillion(inputTokensPerSecond);
    const output = perMillion(outputTokensPerSecond);
    return {
      usdPerHour,
      ...(input !== undefined && { usdPerMillionInputTokens: input }),
      ...(output !== undefined && { usdPerMillionOutputTokens: output }),
    };
  }

  private stages(table: RunRecord['requests']): NonNullable<RunEntry['stages']> {
    // A warm-up stage is reported here although its requests are in no other figure.
    const all = { ...table, counted: new Uint8Array(table.rows).fill(1) };
    return this.run.stages.map(({ warmup, ...stage }, code) => {
      let start = Infinity;
      let end = -Infinity;
      for (let row = 0; row < table.rows; row++) {
        if (table.stageCode?.[row] !== code) continue;
        start = Math.min(start, table.arrival[row] ?? Infinity);
        end = Math.max(end, table.end[row] ?? -Infinity);
      }
      const wallSeconds = end > start ? end - start : 0;
      return {
        ...stage,
        start: start === Infinity ? 0 : start,
        wallSeconds,
        warmup,
        ...summarise(all, (row) => table.stageCode?.[row] === code, wallSeconds),
      };
    });
  }

  private series(end: Ticks): RunSeries {
    const { grid, run } = this;
    const from = this.firstArrival === Infinity ? 0 : this.firstArrival;
    const means = (samples: Float64Array): Float64Array => grid.means(samples, from, end, SERIES_BINS);
    return {
      from: from / run.ticksPerSecond,
      to: end / run.ticksPerSecond,
      replicas: run.pools.flatMap((pool, index) =>
        this.metersOf(index).map((meter, replica) => ({
          name: `${pool.name}/${replica}`,
          pool: pool.name,
          running: means(meter.runningSamples),
          waiting: means(meter.waitingSamples),
          kvShare: means(meter.kvSamples),
          busy: means(meter.busySamples),
        })),
      ),
    };
  }
}

/** The code of a status in the request table. */
export const statusCode = (status: (typeof REQUEST_STATUSES)[number]): number =>
  REQUEST_STATUSES.indexOf(status);

function rejectionReasons({
  rows,
  counted,
  reasonCode,
  dictionaries,
}: RequestTable): RunEntry['rejectionReasons'] {
  const counts = (dictionaries.reasons ?? []).map((reason) => ({ reason, count: 0 }));
  for (let row = 0; row < rows; row++) {
    const entry = counts[reasonCode?.[row] ?? -1];
    if (entry !== undefined && counted[row] === 1) entry.count++;
  }
  return counts.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
}
