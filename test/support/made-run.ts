import { REQUEST_STATUSES, TTFT_PARTS, type RequestTable } from '../../documents/request-table.ts';
import type { RunRecord } from '../../documents/run-record.ts';
import type { Label, RunEntry, Verdict } from '../../documents/run-report.ts';
import { SERIES_BINS, type RunSeries } from '../../documents/run-series.ts';
import { simulatedSeconds, summarise } from '../../sim/metrics/summary.ts';

/** A request whose fate a test makes up. Times in seconds; a time left out is absent. */
export interface MadeRequest {
  readonly arrival: number;
  readonly status?: (typeof REQUEST_STATUSES)[number];
  readonly class?: string;
  readonly session?: string;
  readonly endpoint?: string;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly prefixHitTokens?: number;
  readonly ttft?: number;
  readonly tpot?: number;
  readonly e2e?: number;
  /** Of the TTFT; the rest is prefill. */
  readonly engineQueue?: number;
  readonly meetsSlo?: boolean;
  readonly counted?: boolean;
}

export function madeTable(requests: readonly MadeRequest[]): RequestTable {
  const numbers = (value: (request: MadeRequest) => number | undefined): Float64Array =>
    Float64Array.from(requests, (request) => value(request) ?? NaN);
  const counts = (value: (request: MadeRequest) => number): Int32Array => Int32Array.from(requests, value);
  const flags = (value: (request: MadeRequest) => boolean): Uint8Array =>
    Uint8Array.from(requests, (request) => (value(request) ? 1 : 0));
  const coded = (value: (request: MadeRequest) => string | undefined): [Int32Array, string[]] => {
    const words = [...new Set(requests.flatMap((request) => value(request) ?? []))];
    return [Int32Array.from(requests, (request) => words.indexOf(value(request) ?? '\0')), words];
  };
  const [classCode, classes] = coded((request) => request.class);
  const [sessionCode, sessions] = coded((request) => request.session);
  const [endpointCode, endpoints] = coded((request) => request.endpoint);
  const completed = (request: MadeRequest): boolean => (request.status ?? 'completed') === 'completed';
  return {
    rows: requests.length,
    hasSessions: sessions.length > 0,
    ids: requests.map((_, row) => `r${row}`),
    index: undefined,
    arrival: numbers((request) => request.arrival),
    end: numbers((request) =>
      request.status === 'unfinished' ? undefined : request.arrival + (request.e2e ?? request.ttft ?? 0),
    ),
    counted: flags((request) => request.counted ?? true),
    status: Uint8Array.from(requests, (request) => REQUEST_STATUSES.indexOf(request.status ?? 'completed')),
    classCode,
    sessionCode,
    stageCode: undefined,
    endpointCode,
    inputTokens: counts((request) => request.inputTokens ?? 100),
    outputTokens: counts((request) => request.outputTokens ?? (completed(request) ? 10 : 0)),
    prefixHitTokens: counts((request) => request.prefixHitTokens ?? (completed(request) ? 0 : -1)),
    ttft: numbers((request) => request.ttft),
    tpot: numbers((request) => request.tpot),
    e2e: numbers((request) => request.e2e),
    parts: {
      ...(Object.fromEntries(TTFT_PARTS.map((part) => [part, undefined])) as RequestTable['parts']),
      engineQueue: numbers((request) => (completed(request) ? (request.engineQueue ?? 0) : undefined)),
      prefill: numbers((request) =>
        completed(request) ? (request.ttft ?? 0) - (request.engineQueue ?? 0) : undefined,
      ),
    },
    meetsSlo: requests.some(({ meetsSlo }) => meetsSlo !== undefined)
      ? flags((request) => request.meetsSlo === true)
      : undefined,
    dictionaries: { classes, sessions, stages: [], endpoints },
  };
}

export interface MadeRun {
  readonly policy: string;
  readonly seed?: number;
  readonly verdict?: Verdict;
  readonly labels?: readonly Label[];
  readonly replicas?: number;
  readonly imbalance?: number;
  readonly busyShare?: number;
  readonly meanKvShare?: number;
  readonly preemptions?: number;
  readonly cost?: RunEntry['cost'];
}

/** A record of these requests, with the figures that the simulator's own recorder forms from them. */
export function madeRecord(run: MadeRun, requests: readonly MadeRequest[]): RunRecord {
  const table = madeTable(requests);
  const replicas = run.replicas ?? 4;
  const seconds = simulatedSeconds(table);
  const classes = table.dictionaries.classes.map((name, code) => ({
    name,
    ...summarise(table, (row) => (table.classCode?.[row] ?? -1) === code, seconds),
  }));
  return {
    entry: {
      policy: run.policy,
      seed: run.seed ?? 1,
      verdict: run.verdict ?? 'stable',
      ...summarise(table, () => true, seconds),
      itl: { unit: 's', count: 0 },
      preemptions: run.preemptions ?? 0,
      ...(run.cost !== undefined && { cost: run.cost }),
      simulatedSeconds: seconds,
      pools: [
        {
          name: 'h100',
          replicas,
          gpus: 2 * replicas,
          meanRunning: 6.5,
          meanWaiting: 0.4,
          meanKvShare: run.meanKvShare ?? 0.42,
          busyShare: run.busyShare ?? 0.81,
          imbalance: run.imbalance ?? 1.08,
        },
      ],
      ...(classes.length > 0 && { classes }),
      labels: [...(run.labels ?? [])],
    },
    requests: table,
    series: madeSeries(replicas, seconds, run.imbalance ?? 1.08),
    ticksPerNanosecond: 64,
    counts: { events: 0, steps: 0, leapt: 0 },
  };
}

function madeSeries(replicas: number, seconds: number, imbalance: number): RunSeries {
  const wave = (base: number, replica: number): Float64Array =>
    Float64Array.from({ length: SERIES_BINS }, (_, bin) => {
      const tide = Math.sin((bin / SERIES_BINS) * 9 + replica) + 1;
      return Math.round(base * tide * (replica === 0 ? imbalance : 1) * 1000) / 1000;
    });
  return {
    from: 0,
    to: seconds,
    replicas: Array.from({ length: replicas }, (_, replica) => ({
      name: `h100/${replica}`,
      pool: 'h100',
      running: wave(6, replica),
      waiting: wave(1, replica).map((value) => Math.max(0, value - 1)),
      kvShare: wave(0.3, replica).map((value) => Math.min(1, value)),
      busy: wave(0.4, replica).map((value) => Math.min(1, value)),
    })),
  };
}
