/*
 * What became of every request of one run, in columns: row r of every column is one request, rows in ascending order of
 * `index`. Recorders fill it; comparisons resample it; `-o csv --per-request` prints it. Times are seconds. NaN = absent
 * (never 0); a code of -1 = absent, otherwise it points into the dictionary of the same name.
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

export interface RequestTable {
  readonly rows: number;
  /** Whole sessions, rather than minutes of arrivals, are the blocks of the bootstrap. */
  readonly hasSessions: boolean;
  readonly ids: readonly string[];
  /** Position in the order of creation: names the same request in the runs of all policies of one seed. */
  readonly index: Float64Array;
  /** First arrival at the router. */
  readonly arrival: Float64Array;
  /** When it ended, however it did; NaN for an unfinished one. */
  readonly end: Float64Array;
  /** 1 = enters the figures; 0 = left out as warm-up. */
  readonly counted: Uint8Array;
  readonly status: Uint8Array;
  readonly classCode: Int32Array;
  readonly sessionCode: Int32Array;
  readonly stageCode: Int32Array;
  /** Where it was served (with disaggregation: where it was prefilled). */
  readonly endpointCode: Int32Array;
  readonly inputTokens: Float64Array;
  /** Produced. */
  readonly outputTokens: Float64Array;
  /** Found in the prefix cache at first admission, out of its inputTokens; NaN for one that was never admitted. */
  readonly prefixHitTokens: Float64Array;
  /** Of these times a completed request has all that it can have; one that did not complete has none. */
  readonly ttft: Float64Array;
  readonly tpot: Float64Array;
  readonly e2e: Float64Array;
  readonly parts: Readonly<Record<TtftPart, Float64Array>>;
  /** 1 = completed and met every target of its class; undefined when no SLO is given. */
  readonly meetsSlo: Uint8Array | undefined;
  readonly dictionaries: RequestDictionaries;
}

interface RequestDictionaries {
  readonly classes: readonly string[];
  readonly sessions: readonly string[];
  readonly stages: readonly string[];
  readonly endpoints: readonly string[];
}
