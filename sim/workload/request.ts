import type { ContentId } from '../../base/prompt.ts';
import type { TreePrompt } from '../../base/prompt-tree.ts';
import type { Seconds, Tokens } from '../../base/units.ts';

/** One request as a client sends it, and what the simulator alone knows: how long its output will be. */
export interface Request {
  /**
   * Names the request: its position in the workload, from 0, the same under every policy (turns of a session are numbered
   * together). The key of everything drawn for it. Not always the order of arrival.
   */
  readonly index: number;
  /** Its name in the workload; undefined = it is called by its index. */
  readonly name?: string | undefined;
  /** `name`, or the index. */
  readonly id: string;
  /** Seconds since the start of the run. */
  readonly arrival: Seconds;
  readonly prompt: TreePrompt;
  /** Output token k is token k of this content. */
  readonly outputContent: ContentId;
  /** Tokens that the model will produce. Never seen by a router. */
  readonly outputTokens: Tokens;
  /** The client's limit on output tokens, if it sets one. */
  readonly maxOutputTokens?: Tokens;
  readonly class?: string;
  readonly session?: string;
  /** Turn within the session, from 0. */
  readonly turn?: number;
  /** Stage of a load ladder, from 0. */
  readonly stage?: number;
  /** The flow that it belongs to at the gateway. */
  readonly tenant?: string;
  /** In an engine that goes by priority: smaller is served first. */
  readonly priority?: number;
  /** At the gateway: higher goes first, below 0 may be shed; undefined = 0. */
  readonly objectivePriority?: number;
  readonly cacheSalt?: string;
  readonly lora?: string;
  /** Request headers in lower case, for routers that read them. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a request ended. */
export type RequestStatus = 'completed' | 'rejected' | 'failed' | 'timedOut' | 'cancelled' | 'unfinished';

/**
 * Where requests come from: a synchronous pull in arrival order. Open loops know every arrival from the start; closed
 * loops and sessions learn of some only when a request ends.
 */
export interface RequestSource {
  /** Arrival of the next request, if one is known now. Never earlier than any arrival taken before. */
  peek(): Seconds | undefined;
  /** Removes and returns the request that `peek` spoke of. */
  next(): Request | undefined;
  /** A request that this source gave has ended, at `now` (seconds); may make a next one known, not before `now`. */
  ended(request: Request, status: RequestStatus, now: Seconds): void;
  /** Arrival of the last request in seconds where it is known in advance: sets the run's horizon. */
  readonly lastArrival?: Seconds;
  /** Requests that the source will give, where known in advance (for progress). */
  readonly count?: number;
  /** Whether arrivals wait for earlier requests to end; a closed loop cannot be unstable. */
  readonly closedLoop: boolean;
  /** The stages of a load ladder, in order. */
  readonly stages?: readonly Stage[];
}

export interface Stage {
  readonly name: string;
  readonly rate?: number;
  readonly concurrency?: number;
  readonly duration?: Seconds;
  readonly warmup: boolean;
}
