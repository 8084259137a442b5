import type { Block } from './plain-block-pool.ts';

export type PlainStatus = 'waiting' | 'loading' | 'running' | 'preempted' | 'finished';

/** What the engine is told of a request. */
export interface PlainArrival {
  readonly id: string;
  /** Order of arrival: decides priority ties. */
  readonly order: number;
  readonly priority: number;
  readonly lora: string | undefined;
  readonly promptTokens: number;
  /** Limit on output tokens; the model length is another. */
  readonly maxTokens: number;
  /** Whether this output token ends the answer. */
  readonly ends: (token: number) => boolean;
  /** Key of a full block: equal for equal content behind equal content. `outputs` are the tokens generated so far. */
  readonly keyOf: (block: number, outputs: readonly number[]) => number;
  /** Leading prompt tokens whose KV another server holds, taken at the first admission. */
  readonly remoteTokens: number;
  /** Its blocks stay until another server has read them. */
  readonly sends: boolean;
}

/** A request in the engine: vLLM's Request (request.py) and what its managers keep about it. */
export interface PlainRequest extends PlainArrival {
  status: PlainStatus;
  outputs: number[];
  /** Tokens whose KV is computed, or will be by a pass already composed. */
  computed: number;
  /** Draft tokens to verify with the next row. */
  drafts: number;
  /** Output tokens that passes in flight will bring (asynchronous scheduling). */
  placeholders: number;
  /** Tokens in passes whose output is not processed. */
  inFlight: number;
  /** Share of `inFlight` scheduled before the last preemption, and whether its output is dropped. */
  stale: number;
  dropStale: boolean;
  /** After its last row, known tokens were still to compute. */
  isChunk: boolean;
  preemptions: number;
  /** Number, among passes with tokens, of the last one that it was in. */
  lastPass: number;
  remoteAsked: boolean;
  finishReason: 'stop' | 'length' | 'abort' | undefined;
  /** Blocks per group of layers, in order of the tokens. */
  held: Block[][];
  /** Per group: leading blocks that have been entered in the prefix cache or left out of it for good. */
  entered: number[];
  /** End of a prefix that other requests share and that a window group had not kept, or 0. */
  junction: number;
}

export function plainRequest(arrival: PlainArrival): PlainRequest {
  return {
    ...arrival,
    status: 'waiting',
    outputs: [],
    computed: 0,
    drafts: 0,
    placeholders: 0,
    inFlight: 0,
    stale: 0,
    dropStale: false,
    isChunk: false,
    preemptions: 0,
    lastPass: 0,
    remoteAsked: false,
    finishReason: undefined,
    held: [],
    entered: [],
    junction: 0,
  };
}

/** Tokens known: the prompt and the outputs processed so far. */
export function knownTokens(request: PlainRequest): number {
  return request.promptTokens + request.outputs.length;
}
