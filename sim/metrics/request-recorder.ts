import type { Seconds, Tokens } from '../../base/units.ts';
import {
  COMPLETED,
  REQUEST_STATUSES,
  TTFT_PARTS,
  type RequestTable,
  type TtftPart,
} from '../../documents/request-table.ts';
import { Dictionary } from './dictionary.ts';
import type { SloTargets } from './slo.ts';

/*
 * Writes the request table of a run. Layout: a row per request at its index (sources number requests from 0), in typed
 * arrays that double; rows that were never offered are dropped at the end.
 */

/** What is known of a request when a client wants to send it. */
export interface OfferedRequest {
  readonly index: number;
  readonly id: string;
  readonly class?: string;
  readonly session?: string;
  readonly stage?: number;
  readonly prompt: { readonly length: Tokens };
}

/** What became of it. Instants in seconds; NaN = never got there. One object, reused. */
export interface EndedRequest {
  index: number;
  status: number;
  endpoint: number;
  firstArrival: Seconds;
  /** Arrival of the last attempt; left the router's queue; reached the server; joined the engine's queue; … */
  arrival: Seconds;
  dispatched: Seconds;
  delivered: Seconds;
  queued: Seconds;
  started: Seconds;
  firstTokenMade: Seconds;
  firstToken: Seconds;
  end: Seconds;
  outputTokens: Tokens;
  prefixHitTokens: Tokens;
  /** What the router believed; NaN for routers that believe nothing. */
  predictedHitTokens: Tokens;
}

export interface RecorderOptions {
  readonly hasSessions: boolean;
  readonly endpoints: readonly string[];
  readonly stages: readonly string[];
  /** Stages whose requests are played and left out of every figure. */
  readonly warmupStages: ReadonlySet<number>;
  /** Requests that arrive earlier are left out, too. */
  readonly warmup: Seconds;
  /** Targets by class name; undefined when no SLO is given. */
  readonly targets: ((name: string | undefined) => SloTargets) | undefined;
}

export class RequestRecorder {
  private readonly options: RecorderOptions;
  private capacity = 1024;
  private rows = 0;
  private columns = makeColumns(this.capacity);
  private readonly ids: string[] = [];
  private readonly classes = new Dictionary();
  private readonly sessions = new Dictionary();
  private readonly targetsByClass: SloTargets[] = [];
  /** Sum over counted requests; undefined while no router has predicted anything. */
  predictedHitTokens: Tokens | undefined;

  constructor(options: RecorderOptions) {
    this.options = options;
  }

  offered(request: OfferedRequest, at: Seconds): void {
    const row = request.index;
    if (row >= this.capacity) this.grow(row + 1);
    if (row >= this.rows) this.rows = row + 1;
    const { columns, options } = this;
    const stage = request.stage ?? -1;
    const classCode = this.classes.code(request.class);
    columns.offered[row] = 1;
    columns.index[row] = row;
    columns.arrival[row] = at;
    columns.counted[row] = at >= options.warmup && !options.warmupStages.has(stage) ? 1 : 0;
    columns.status[row] = UNFINISHED;
    columns.classCode[row] = classCode;
    columns.sessionCode[row] = this.sessions.code(request.session);
    columns.stageCode[row] = stage;
    columns.inputTokens[row] = request.prompt.length;
    this.ids[row] = request.id;
    if (options.targets !== undefined) this.targetsByClass[classCode + 1] ??= options.targets(request.class);
  }

  ended(request: EndedRequest): void {
    const { columns } = this;
    const row = request.index;
    columns.status[row] = request.status;
    columns.arrival[row] = request.firstArrival;
    columns.endpointCode[row] = request.endpoint;
    columns.end[row] = request.status === UNFINISHED ? NaN : request.end;
    columns.outputTokens[row] = request.outputTokens;
    columns.prefixHitTokens[row] = request.prefixHitTokens;
    if (columns.counted[row] === 1 && !Number.isNaN(request.predictedHitTokens)) {
      this.predictedHitTokens = (this.predictedHitTokens ?? 0) + request.predictedHitTokens;
    }
    if (request.status !== COMPLETED) return;
    const ttft = request.firstToken - request.firstArrival;
    const e2e = request.end - request.firstArrival;
    const gaps = request.outputTokens - 1;
    columns.ttft[row] = ttft;
    columns.e2e[row] = e2e;
    columns.tpot[row] = gaps > 0 && ttft < e2e ? (e2e - ttft) / gaps : NaN; // unstreamed answers have none
    const { parts } = columns;
    parts.retry[row] = request.arrival - request.firstArrival;
    parts.gatewayQueue[row] = request.dispatched - request.arrival;
    parts.gatewayDecision[row] = request.delivered - request.dispatched;
    parts.ingest[row] = request.queued - request.delivered;
    parts.engineQueue[row] = request.started - request.queued;
    parts.prefill[row] = request.firstTokenMade - request.started;
    parts.output[row] = request.firstToken - request.firstTokenMade;
    if (this.options.targets !== undefined) {
      const targets = this.targetsByClass[(columns.classCode[row] ?? -1) + 1];
      columns.meetsSlo[row] =
        targets === undefined || meets(targets, ttft, columns.tpot[row] ?? NaN, e2e) ? 1 : 0;
    }
  }

  table(): RequestTable {
    const { rows, columns, options } = this;
    const dense = columns.offered.subarray(0, rows).every((flag) => flag === 1);
    const kept = dense ? undefined : rowsOffered(columns.offered, rows);
    const pick = <A extends Float64Array | Int32Array | Uint8Array>(column: A): A =>
      (kept === undefined ? column.subarray(0, rows) : pickRows(column, kept)) as A;
    const parts = Object.fromEntries(TTFT_PARTS.map((part) => [part, pick(columns.parts[part])]));
    return {
      rows: kept?.length ?? rows,
      hasSessions: options.hasSessions,
      ids: kept === undefined ? this.ids : Array.from(kept, (row) => this.ids[row] ?? ''),
      index: pick(columns.index),
      arrival: pick(columns.arrival),
      end: pick(columns.end),
      counted: pick(columns.counted),
      status: pick(columns.status),
      classCode: pick(columns.classCode),
      sessionCode: pick(columns.sessionCode),
      stageCode: pick(columns.stageCode),
      endpointCode: pick(columns.endpointCode),
      inputTokens: pick(columns.inputTokens),
      outputTokens: pick(columns.outputTokens),
      prefixHitTokens: pick(columns.prefixHitTokens),
      ttft: pick(columns.ttft),
      tpot: pick(columns.tpot),
      e2e: pick(columns.e2e),
      parts: parts as Record<TtftPart, Float64Array>,
      meetsSlo: options.targets === undefined ? undefined : pick(columns.meetsSlo),
      dictionaries: {
        classes: this.classes.words,
        sessions: this.sessions.words,
        stages: options.stages,
        endpoints: options.endpoints,
      },
    };
  }

  private grow(atLeast: number): void {
    while (this.capacity < atLeast) this.capacity *= 2;
    const wider = makeColumns(this.capacity);
    copyColumns(this.columns, wider);
    this.columns = wider;
  }
}

const UNFINISHED = REQUEST_STATUSES.indexOf('unfinished');

/** Whether a completed request meets its targets; a target on a figure that it does not have is met. */
function meets({ ttft, tpot, e2e }: SloTargets, hasTtft: number, hasTpot: number, hasE2e: number): boolean {
  return !(hasTtft > (ttft ?? Infinity)) && !(hasTpot > (tpot ?? Infinity)) && !(hasE2e > (e2e ?? Infinity));
}

type Columns = ReturnType<typeof makeColumns>;

function makeColumns(size: number) {
  const times = (): Float64Array => new Float64Array(size).fill(NaN);
  const codes = (): Int32Array => new Int32Array(size).fill(-1);
  return {
    offered: new Uint8Array(size),
    counted: new Uint8Array(size),
    status: new Uint8Array(size),
    meetsSlo: new Uint8Array(size),
    classCode: codes(),
    sessionCode: codes(),
    stageCode: codes(),
    endpointCode: codes(),
    index: new Float64Array(size),
    arrival: times(),
    end: times(),
    inputTokens: new Float64Array(size),
    outputTokens: new Float64Array(size),
    prefixHitTokens: times(),
    ttft: times(),
    tpot: times(),
    e2e: times(),
    parts: {
      retry: times(),
      gatewayQueue: times(),
      gatewayDecision: times(),
      ingest: times(),
      engineQueue: times(),
      prefill: times(),
      output: times(),
    },
  };
}

function copyColumns(from: Columns, to: Columns): void {
  const { parts, ...columns } = from;
  for (const key of Object.keys(columns) as (keyof typeof columns)[]) to[key].set(from[key]);
  for (const part of TTFT_PARTS) to.parts[part].set(parts[part]);
}

function rowsOffered(offered: Uint8Array, rows: number): Int32Array {
  const kept: number[] = [];
  for (let row = 0; row < rows; row++) if (offered[row] === 1) kept.push(row);
  return Int32Array.from(kept);
}

function pickRows(column: Float64Array | Int32Array | Uint8Array, kept: Int32Array): typeof column {
  const picked = column.slice(0, kept.length);
  kept.forEach((row, position) => {
    picked[position] = column[row] ?? NaN;
  });
  return picked;
}
