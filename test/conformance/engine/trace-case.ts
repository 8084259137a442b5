/** A recorded case: settings, requests, and what vLLM did pass by pass. Field names are the recording's. */
export interface TraceCase {
  /** File that it stands in, and its position there. */
  readonly file: string;
  readonly header: TraceHeader;
  readonly events: readonly TraceEvent[];
}

export interface TraceHeader {
  readonly vllm: string;
  readonly family: string;
  readonly seed: number;
  readonly mode: 'sync' | 'async';
  readonly title?: string;
  readonly cfg: TraceConfig;
  readonly requests: readonly TraceRequest[];
  readonly aborts: readonly TraceAbort[];
}

export interface TraceConfig {
  readonly blocks: number;
  readonly blockSize: number;
  readonly maxBatchedTokens: number;
  readonly maxSeqs: number;
  readonly maxModelLen: number;
  readonly longPrefillThreshold: number;
  readonly chunkedPrefill: boolean;
  readonly prefixCaching: boolean;
  readonly reserveFullIsl: boolean;
  readonly watermark: number;
  readonly policy: 'fcfs' | 'priority';
  readonly slidingWindow?: number;
  /** null = every block of a window group is kept. */
  readonly retention?: number | null;
  readonly specTokens?: number;
  readonly connector?: 'kv_consumer' | 'kv_producer' | 'kv_both';
  readonly maxActiveSeqs?: number;
  readonly prefillInterval?: number;
  readonly longPrefillAdaptive?: boolean;
  readonly maxScheduledTokens?: number;
  readonly maxLoras?: number;
}

export interface TraceRequest {
  readonly id: string;
  /** Turn of its arrival. */
  readonly at: number;
  /** Tokens start … start+count-1 of a stream. */
  readonly prompt: readonly (readonly [stream: string, start: number, count: number])[];
  readonly out: string;
  readonly maxTokens: number;
  readonly ignoreEos: boolean;
  readonly eosAt?: number | null;
  readonly stopAt?: number | null;
  readonly prio?: number | null;
  readonly salt?: string | null;
  readonly lora?: string | null;
  readonly remote?: number | null;
  readonly loadPasses?: number | null;
  readonly sendPasses?: number | null;
}

export interface TraceAbort {
  readonly at: number;
  readonly id: string;
  readonly when: 'top' | 'mid';
}

/** Raw block ids: one list, or one per group of layers. */
export type BlockIds = readonly number[] | readonly (readonly number[])[];

export type TraceEvent = SchedEvent | UpdEvent | AbortEvent | EndEvent;

export interface SchedEvent {
  readonly ev: 'sched';
  readonly t: number;
  readonly s: number;
  readonly tok: readonly (readonly [id: string, tokens: number])[];
  readonly new?: readonly (readonly [id: string, computed: number, blocks: BlockIds])[];
  readonly resumed?: readonly (readonly [id: string, computed: number, blocks: BlockIds])[];
  readonly grow?: readonly (readonly [id: string, blocks: BlockIds])[];
  readonly preempt?: readonly string[];
  readonly finished?: readonly string[];
  readonly q?: readonly [queries: number, hits: number];
  readonly pq?: readonly [queries: number, hits: number];
  readonly drafts?: readonly (readonly [id: string, drafts: number])[];
  readonly loads?: readonly (readonly [id: string, cached: number, external: number, blocks: BlockIds])[];
  readonly run: readonly string[];
  readonly wait: readonly string[];
  readonly free: number;
  readonly front?: readonly number[];
  readonly keys?: number;
}

export interface UpdEvent {
  readonly ev: 'upd';
  readonly t: number;
  readonly s: number;
  readonly out?: readonly (readonly [id: string, tokens: readonly number[]])[];
  readonly done?: readonly (readonly [id: string, reason: string])[];
  readonly recv?: readonly string[];
  readonly sent?: readonly string[];
  readonly run: readonly string[];
  readonly wait: readonly string[];
  readonly free: number;
  readonly keys?: number;
}

export interface AbortEvent {
  readonly ev: 'abort';
  readonly t: number;
  readonly where: 'top' | 'mid';
  readonly ids: readonly string[];
  readonly run: readonly string[];
  readonly wait: readonly string[];
  readonly free: number;
}

export interface EndEvent {
  readonly ev: 'end';
  readonly turns: number;
  readonly passes: number;
  readonly truncated: boolean;
  readonly reqs: readonly (readonly [
    id: string,
    outputs: number,
    preemptions: number,
    firstPass: number,
    reason: string | null,
  ])[];
}
