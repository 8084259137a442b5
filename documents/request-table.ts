/*
 * What became of every request of one run, in columns: row r of every column is one request, rows in ascending order of
 * `index`. Recorders fill it; comparisons resample it; `-o csv --per-request` prints it. Times are seconds. NaN = absent
 * (never 0); a count or a code of -1 = absent; a code otherwise points into the dictionary of the same name.
 */

/** How a request ended; a row's status code points into this list. */
export const REQUEST_STATUSES = [
  'completed',
  'rejected',
  'failed',
  'timedOut',
  'cancelled',
  'unfinished',
] as const;

export const COMPLETED = 0;

/**
 * The parts of TTFT, in the order in which a request passes them. They add up to it, up to rounding.
 * retry: first arrival to the arrival of the last attempt. gatewayQueue: flow control at the gateway. gatewayDecision:
 * tokenisation and the scheduling cycle. ingest: HTTP, template and tokenisation in the server. engineQueue: until the
 * step in which it is first scheduled starts. prefill: until the end of the step that gives the first token.
 * output: until that token has left the replica; without streaming, until the last one has.
 */
export const TTFT_PARTS = [
  'retry',
  'gatewayQueue',
  'gatewayDecision',
  'ingest',
  'engineQueue',
  'prefill',
  'output',
] as const;

export type TtftPart = (typeof TTFT_PARTS)[number];

/** What every request has in common is not written down for each of them: such columns are undefined. */
export interface RequestTable {
  readonly rows: number;
  /** Whole sessions, rather than minutes of arrivals, are the blocks of the bootstrap. */
  readonly hasSessions: boolean;
  /** undefined: a request is called by its index. See `idOf`. */
  readonly ids: readonly string[] | undefined;
  /**
   * Position in the order of creation: names the same request in the runs of all policies of one seed. undefined: row r is
   * request r. See `indexOf`.
   */
  readonly index: Uint32Array | undefined;
  /** First arrival at the router. */
  readonly arrival: Float64Array;
  /** When it ended, however it did; NaN for an unfinished one. */
  readonly end: Float64Array;
  /** 1 = enters the figures; 0 = left out as warm-up. */
  readonly counted: Uint8Array;
  readonly status: Uint8Array;
  /** Of these three, undefined = -1 for everybody. */
  readonly classCode: Int32Array | undefined;
  readonly sessionCode: Int32Array | undefined;
  readonly stageCode: Int32Array | undefined;
  /** Why it was rejected or failed; undefined = -1 for everybody. */
  readonly reasonCode?: Int32Array | undefined;
  /** Where it was served (with disaggregation: where it was prefilled). */
  readonly endpointCode: Int32Array;
  readonly inputTokens: Int32Array;
  /** Produced. */
  readonly outputTokens: Int32Array;
  /** Found in the prefix cache at first admission, out of its inputTokens; -1 for one that was never admitted. */
  readonly prefixHitTokens: Int32Array;
  /** Of these times a completed request has all that it can have; one that did not complete has none. */
  readonly ttft: Float64Array;
  readonly tpot: Float64Array;
  readonly e2e: Float64Array;
  /** undefined = 0 for everybody who completed. See `partOf`. */
  readonly parts: Readonly<Record<TtftPart, Float64Array | undefined>>;
  /** 1 = completed and met every target of its class; undefined when no SLO is given. */
  readonly meetsSlo: Uint8Array | undefined;
  readonly dictionaries: RequestDictionaries;
}

interface RequestDictionaries {
  readonly classes: readonly string[];
  readonly sessions: readonly string[];
  readonly stages: readonly string[];
  readonly endpoints: readonly string[];
  /** undefined = nobody was turned away. */
  readonly reasons?: readonly string[];
}

/** Position of a row's request in the order of creation. */
export function indexOf({ index }: RequestTable, row: number): number {
  return index === undefined ? row : (index[row] ?? row);
}

/** What a row's request is called. */
export function idOf(table: RequestTable, row: number): string {
  return table.ids === undefined ? `${indexOf(table, row)}` : (table.ids[row] ?? '');
}

/** A part of a row's TTFT, seconds; NaN for a request that did not complete. */
export function partOf({ parts, status }: RequestTable, part: TtftPart, row: number): number {
  const column = parts[part];
  return column === undefined ? (status[row] === COMPLETED ? 0 : NaN) : (column[row] ?? NaN);
}

/** From a row's first arrival to its first step in an engine, seconds; NaN for a request that did not complete. */
export function queueTimeOf(table: RequestTable, row: number): number {
  let seconds = 0;
  for (const part of QUEUEING) seconds += partOf(table, part, row);
  return seconds;
}

const QUEUEING = ['retry', 'gatewayQueue', 'gatewayDecision', 'ingest', 'engineQueue'] as const;
