import type { Run } from '../../base/prompt-tree.ts';
import type { Blocks, Ticks, Tokens } from '../../base/units.ts';
import { type BlockTable, NO_BLOCKS } from './block-table.ts';
import type { EngineRequest, FinishReason } from './model-server.ts';

/** `loading` = its blocks wait for KV of another server. */
export type SequenceStatus = 'waiting' | 'loading' | 'running' | 'preempted' | 'finished';

/** More tokens than any text has; a small integer, so that the counters of sequences are. */
const UNLIMITED: Tokens = 2 ** 30;

/** Place of a sequence that is in no decode group. */
export const NOT_GROUPED = -1;

/** A request inside the engine. Names follow vLLM's Request (vllm/v1/request.py). */
export class Sequence {
  readonly request: EngineRequest;
  readonly promptTokens: Tokens;
  /** Outputs at which the answer ends by itself. */
  readonly stopsAt: Tokens;
  /** Outputs at which a limit that is known in advance cuts it: max_tokens, and that or the model's length. */
  readonly maxTokens: Tokens;
  readonly limit: Tokens;
  readonly queuedAt: Ticks;
  status: SequenceStatus = 'waiting';
  finishReason: FinishReason | undefined = undefined;
  /** Prompt and processed outputs. */
  tokens: Tokens;
  /** Tokens whose KV is computed or being computed; advanced when a pass is composed. */
  computed: Tokens = 0;
  /** Outputs (drafts included) that passes in flight will yield: asynchronous scheduling counts them as known. */
  placeholders: Tokens = 0;
  outputs: Tokens = 0;
  /** Draft tokens that its next row will verify. */
  drafts: Tokens = 0;
  /** After its last row it still had known tokens to compute. */
  isChunk = false;
  preemptions = 0;
  /** Tokens scheduled in passes whose output is not processed; and those of them that a preemption made void. */
  inFlight: Tokens = 0;
  stale: Tokens = 0;
  /** Void output is recomputed, not delivered. */
  dropStale = false;
  /** Number of the last pass with rows that it was in. */
  lastPass = 0;
  /** Order of admission among the running, and the number of the last pass in which it had a row that samples. */
  rank = 0;
  sampledIn = 0;
  /** It must not join a decode group: another sequence may cache blocks of the same text. */
  staysApart = false;
  /** Its place in the decode group; the composed and the processed passes that its other fields account for there. */
  place = NOT_GROUPED;
  composedBase = 0;
  processedBase = 0;
  /** End of a prefix that another request had too, which the window group did not keep; 0 = none. */
  sharedPrefix: Tokens = 0;
  /** Prompt tokens that can be had from another server, once; and whether they have arrived. */
  remoteTokens: Tokens = 0;
  received = false;

  /** Its KV blocks; an empty table that all share while it has none. */
  table: BlockTable = NO_BLOCKS;
  /** Tokens that fit in them, and tokens with which the next block becomes findable. */
  slots: Tokens = 0;
  cacheAt: Tokens = 0;
  /** Runs of the prompt, then those of the output; `runPosition`: where the next block to be cached ends. */
  readonly runs: readonly Run[];
  runPosition = 0;

  /** The server's bookkeeping: its first token was announced; the how-manieth it was to join; when its last token was made; */
  answered = false;
  joined = 0;
  lastToken: Ticks = -1;
  /** input tokens computed or hit, as they count among the served ones; tokens that the prefix cache gave it. */
  servedInput: Tokens = 0;
  hitTokens: Tokens = 0;

  constructor(request: EngineRequest, maxModelLen: Tokens, queuedAt: Ticks) {
    const { prompt } = request;
    this.request = request;
    this.promptTokens = prompt.length;
    this.tokens = this.promptTokens;
    this.stopsAt = Math.min(request.outputTokens, UNLIMITED);
    this.maxTokens = Math.min(request.maxOutputTokens ?? UNLIMITED, UNLIMITED);
    this.limit = Math.min(this.maxTokens, maxModelLen - this.promptTokens);
    this.queuedAt = queuedAt;
    this.remoteTokens = request.remoteTokens ?? 0;
    this.runs =
      request.outputSpans === undefined
        ? [...prompt.path, prompt.next(request.outputContent, 0)]
        : prompt.extend(request.outputSpans).path;
  }

  /** Blocks that it holds, null blocks of the window group left out. */
  get blocks(): Blocks {
    return this.table.blocks;
  }

  /** Whether its text runs through what another one's answer is part of. */
  goesOnFrom(other: Sequence): boolean {
    const answer = other.runs[other.runs.length - 1];
    return answer !== undefined && this.runs.includes(answer);
  }

  /** Input tokens computed or hit since the last call. */
  serveInput(): Tokens {
    if (this.servedInput === this.promptTokens) return 0;
    const input = Math.min(this.computed, this.promptTokens);
    const more = input - this.servedInput;
    this.servedInput = input;
    return more;
  }
}
