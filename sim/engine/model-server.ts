import type { ContentId, Span } from '../../base/prompt.ts';
import type { Run, TreePrompt } from '../../base/prompt-tree.ts';
import type { Blocks, Ticks, Tokens } from '../../base/units.ts';

/**
 * The port between a fleet and one model server. `sim/engine` implements it as vLLM V1 behaves; another engine is
 * another implementation. Times are ticks; the caller never goes back in time.
 */
export interface ModelServer {
  /** A request reaches the engine's input queue. A refusal is a value: the request never fits this server. */
  add(request: EngineRequest, now: Ticks): Refusal | undefined;
  /** The client has gone. Does nothing for a request that has ended. */
  abort(request: EngineRequest, now: Ticks): void;
  /** Next instant at which something happens by itself; Infinity when idle. */
  nextEvent(): Ticks;
  /** Lets everything happen that is due up to and including `now`. */
  advance(now: Ticks): void;
  /** What the server's metrics page says at `time`, which may lie in the past (up to the history the server keeps). */
  gaugesAt(time: Ticks, into: Gauges): void;
  /** Tokens of a prompt that its prefix cache holds now: a look that leaves no trace. Optional: only oracles ask. */
  cachedTokens?(request: EngineRequest): Tokens;
  /** Throws InvariantError unless every law of the server holds (blocks conserved, queues disjoint …). */
  check(): void;
}

/** What an engine knows of a request, and the output that it will find out by running. */
export interface EngineRequest {
  /** Order of arrival at the fleet: decides priority ties. */
  readonly index: number;
  readonly prompt: TreePrompt;
  readonly outputContent: ContentId;
  /** Tokens after which the model ends the answer by itself; the limit below may come first. */
  readonly outputTokens: Tokens;
  /** Limit known in advance (max_tokens); undefined = only the model's length limit. */
  readonly maxOutputTokens: Tokens | undefined;
  /** Smaller is served first under the `priority` policy. */
  readonly priority: number;
  readonly lora: string | undefined;
  /** Contents of its output tokens, where they are not simply token 0, 1, … of `outputContent`. */
  readonly outputSpans?: readonly Span[] | undefined;
  /** Prompt tokens whose KV another server has and sends on demand; the request waits for it in the engine. */
  readonly remoteTokens?: Tokens | undefined;
  /** Another server will fetch its KV: the blocks stay until that is done. */
  readonly sendsKv?: boolean | undefined;
}

export interface Refusal {
  readonly reason: 'input too long' | 'input and output too long' | 'never fits the KV cache' | 'queue full';
}

/** vLLM's gauges, as of the last processed step output. */
export interface Gauges {
  running: number;
  waiting: number;
  /** Share of KV blocks in use, 0 to 1; cached blocks that nobody holds count as free. */
  kvUsage: number;
  /** Requests that run, and that wait, by LoRA adapter (vllm:lora_requests_info); on servers with adapters. */
  adapters?: AdapterGauges | undefined;
}

export interface AdapterGauges {
  readonly running: Readonly<Record<string, number>>;
  readonly waiting: Readonly<Record<string, number>>;
}

export type FinishReason = 'stop' | 'length' | 'abort';

/** What a server tells the fleet as it happens. Times never decrease. */
export interface ServerListener {
  /**
   * Start of the step in which a request is first scheduled (once, also if it is preempted later); `hitTokens` came from
   * the prefix cache; it had joined the waiting queue, all ingest done, at `queuedAt`.
   */
  started(request: EngineRequest, at: Ticks, hitTokens: Tokens, queuedAt: Ticks): void;
  /** The first output token leaves the server at `at`, after the output path; the step that made it ended at `madeAt`. */
  firstToken(request: EngineRequest, at: Ticks, madeAt: Ticks): void;
  /** `rows` requests each got tokens with the gaps first, first + growth, … (`steps` of them). */
  gaps(rows: number, first: Ticks, growth: Ticks, steps: number): void;
  /** The last output token leaves the server, or the request was cut off. `outputTokens` were produced. */
  ended(request: EngineRequest, at: Ticks, outputTokens: Tokens, reason: FinishReason): void;
  preempted(request: EngineRequest, at: Ticks): void;
  /**
   * What went on between two instants: a step, a leap of steps or idleness. Intervals are disjoint, in order, and
   * cover the server's life.
   */
  interval(interval: ServerInterval): void;
  /**
   * KV blocks became findable or were evicted, at the instant the engine publishes it; read the list at once. Optional:
   * costs nothing when absent.
   */
  kvEvents?(events: readonly KvEvent[], at: Ticks): void;
}

/** One object, reused: read it at once. */
export interface ServerInterval {
  from: Ticks;
  to: Ticks;
  /** Steps that ran in it, back to back; 0 when idle. */
  steps: number;
  running: number;
  /** Requests that the last pass left waiting: it could not admit them. */
  waiting: number;
  usedBlocksAtStart: Blocks;
  usedBlocksAtEnd: Blocks;
  /** Input tokens computed or hit and output tokens produced, less what preemptions and aborts threw away. */
  servedTokens: Tokens;
}

/** What became of KV blocks of the full-attention layers; blocks are counted from the start of their prompt. */
export type KvEvent =
  | {
      readonly type: 'stored';
      /** Runs of the prompt and its answer whose blocks `from` … `to` - 1 became findable, all with one allocation. */
      readonly path: readonly Run[];
      readonly from: Blocks;
      readonly to: Blocks;
      readonly lora: string | undefined;
    }
  | { readonly type: 'removed'; readonly run: Run; readonly from: Blocks; readonly to: Blocks };
