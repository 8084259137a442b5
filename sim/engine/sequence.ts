import type { Run } from '../../base/prompt-tree.ts';
import type { Blocks, Ticks, Tokens } from '../../base/units.ts';
import type { EngineRequest } from './model-server.ts';
import type { Segment } from './segment.ts';

export type SequenceStatus = 'waiting' | 'running' | 'preempted' | 'finished';

/** Cached blocks that a sequence holds: those of the segments from `first` on, up to block `hi`. */
export interface HeldBlocks {
  readonly first: Segment;
  /** The segment that may still grow. */
  last: Segment;
  hi: Blocks;
}

/** A request inside the engine. Names follow vLLM's Request (vllm/v1/request.py). */
export class Sequence {
  readonly request: EngineRequest;
  readonly promptTokens: Tokens;
  /** Outputs at which the answer ends by itself, and at which a known limit cuts it. */
  readonly stopsAt: Tokens;
  readonly limit: Tokens;
  readonly queuedAt: Ticks;
  status: SequenceStatus = 'waiting';
  /** Prompt and processed outputs. */
  tokens: Tokens;
  /** Tokens whose KV is computed or being computed; advanced when a pass is composed. */
  computed: Tokens = 0;
  /** Outputs that scheduled passes will yield and that are not processed yet. */
  placeholders: Tokens = 0;
  outputs: Tokens = 0;
  /** Its last row was a chunk of a prompt and not the last one; for a newly admitted one: it has more than a token to compute. */
  isChunk = false;
  started = false;
  /** When the last token was made. */
  lastToken: Ticks = -1;
  /** Input tokens computed or hit, as they count among the served ones. */
  servedInput: Tokens = 0;
  /** Tokens of the last admission that came from the prefix cache. */
  hitTokens: Tokens = 0;
  /** Tokens of this pass, for the loops that look at several sequences. */
  scheduled: Tokens = 0;

  /** KV blocks, the first `cachedBlocks` of them findable in the prefix cache. */
  blocks: Blocks = 0;
  cachedBlocks: Blocks = 0;
  readonly held: HeldBlocks[] = [];
  /** Runs of the prompt and of the output, and the one in which the next block to be cached ends. */
  readonly runs: readonly Run[];
  runPosition = 0;

  constructor(request: EngineRequest, maxModelLen: Tokens, queuedAt: Ticks) {
    this.request = request;
    this.promptTokens = request.prompt.length;
    this.tokens = this.promptTokens;
    this.stopsAt = request.outputTokens;
    this.limit = Math.min(request.maxOutputTokens ?? Infinity, maxModelLen - this.promptTokens);
    this.queuedAt = queuedAt;
    this.runs = [...request.prompt.path, request.prompt.next(request.outputContent, 0)];
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
