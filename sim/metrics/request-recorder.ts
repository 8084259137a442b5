import type { Seconds, Tokens } from '../../base/units.ts';
import { COMPLETED, REQUEST_STATUSES, type RequestTable } from '../../documents/request-table.ts';
import { Dictionary } from './dictionary.ts';
import { RequestColumns } from './request-columns.ts';
import { meetsTargets, type SloTargets } from './slo.ts';

/* Writes the request table of a run: a row per request at its index (sources number requests from 0). */

/** What is known of a request when a client wants to send it. */
export interface OfferedRequest {
  readonly index: number;
  /** undefined = it is called by its index. */
  readonly name?: string | undefined;
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
  /** -1 for a request that no server has admitted. */
  prefixHitTokens: Tokens;
  /** What the router believed; NaN for routers that believe nothing. */
  predictedHitTokens: Tokens;
  /** Why it was rejected or failed, where somebody said so. */
  reason: string | undefined;
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
  /** How many requests there will be; undefined where nobody knows. */
  readonly expected: number | undefined;
}

export class RequestRecorder {
  private readonly options: RecorderOptions;
  private readonly columns: RequestColumns;
  private readonly classes = new Dictionary();
  private readonly sessions = new Dictionary();
  private readonly reasons = new Dictionary();
  private readonly targetsByClass: SloTargets[] = [];
  /** Sum over counted requests; undefined while no router has predicted anything. */
  predictedHitTokens: Tokens | undefined;

  constructor(options: RecorderOptions) {
    this.options = options;
    this.columns = new RequestColumns(options.expected, options.targets !== undefined);
  }

  offered(request: OfferedRequest, at: Seconds): void {
    const { columns, options } = this;
    const row = request.index;
    const stage = request.stage ?? -1;
    const classCode = this.classes.code(request.class);
    columns.open(row, UNFINISHED);
    columns.arrival[row] = at;
    columns.counted[row] = at >= options.warmup && !options.warmupStages.has(stage) ? 1 : 0;
    columns.inputTokens[row] = request.prompt.length;
    columns.setCode('classCode', row, classCode);
    columns.setCode('sessionCode', row, this.sessions.code(request.session));
    columns.setCode('stageCode', row, stage);
    columns.setId(row, request.name);
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
    if (request.status !== COMPLETED) {
      if (request.reason !== undefined) columns.setCode('reasonCode', row, this.reasons.code(request.reason));
      return;
    }
    const ttft = request.firstToken - request.firstArrival;
    const e2e = request.end - request.firstArrival;
    const gaps = request.outputTokens - 1;
    const tpot = gaps > 0 && ttft < e2e ? (e2e - ttft) / gaps : NaN; // unstreamed answers have none
    columns.ttft[row] = ttft;
    columns.e2e[row] = e2e;
    columns.tpot[row] = tpot;
    columns.setPart('retry', row, request.arrival - request.firstArrival);
    columns.setPart('gatewayQueue', row, request.dispatched - request.arrival);
    columns.setPart('gatewayDecision', row, request.delivered - request.dispatched);
    columns.setPart('ingest', row, request.queued - request.delivered);
    columns.setPart('engineQueue', row, request.started - request.queued);
    columns.setPart('prefill', row, request.firstTokenMade - request.started);
    columns.setPart('output', row, request.firstToken - request.firstTokenMade);
    if (columns.meetsSlo !== undefined) {
      const classCode = this.classes.words.length === 0 ? -1 : columns.codeOf('classCode', row);
      const targets = this.targetsByClass[classCode + 1];
      columns.meetsSlo[row] = targets === undefined || meetsTargets(targets, { ttft, tpot, e2e }) ? 1 : 0;
    }
  }

  table(): RequestTable {
    const { options } = this;
    return {
      hasSessions: options.hasSessions,
      ...this.columns.finished(),
      dictionaries: {
        classes: this.classes.words,
        sessions: this.sessions.words,
        stages: options.stages,
        endpoints: options.endpoints,
        ...(this.reasons.words.length > 0 && { reasons: this.reasons.words }),
      },
    };
  }
}

const UNFINISHED = REQUEST_STATUSES.indexOf('unfinished');
