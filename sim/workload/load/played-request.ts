import type { ContentId } from '../../../base/prompt.ts';
import type { TreePrompt } from '../../../base/prompt-tree.ts';
import type { Seconds, Tokens } from '../../../base/units.ts';
import type { Draft } from '../content/content.ts';
import type { Request } from '../request.ts';

/** A request made of a draft. A class, and not a literal with what is there, because every request has one shape so. */
export class PlayedRequest implements Request {
  readonly index: number;
  readonly name: string | undefined;
  readonly arrival: Seconds;
  readonly prompt: TreePrompt;
  readonly outputContent: ContentId;
  readonly outputTokens: Tokens;
  readonly maxOutputTokens?: Tokens;
  readonly class?: string;
  readonly session?: string;
  readonly turn?: number;
  readonly stage?: number;
  readonly tenant?: string;
  readonly priority?: number;
  readonly objectivePriority?: number;
  readonly cacheSalt?: string;
  readonly lora?: string;
  readonly headers?: Readonly<Record<string, string>>;

  constructor(draft: Draft, index: number, arrival: Seconds, stage: number | undefined, knownEnd: boolean) {
    this.index = index;
    this.name = draft.id;
    this.arrival = arrival;
    this.prompt = draft.prompt;
    this.outputContent = draft.outputContent;
    this.outputTokens = draft.outputTokens;
    const limit = draft.maxOutputTokens ?? (knownEnd ? draft.outputTokens : undefined);
    if (limit !== undefined) this.maxOutputTokens = limit;
    if (draft.class !== undefined) this.class = draft.class;
    if (draft.session !== undefined) this.session = draft.session;
    if (draft.turn !== undefined) this.turn = draft.turn;
    if (stage !== undefined) this.stage = stage;
    if (draft.tenant !== undefined) this.tenant = draft.tenant;
    if (draft.priority !== undefined) this.priority = draft.priority;
    if (draft.objectivePriority !== undefined) this.objectivePriority = draft.objectivePriority;
    if (draft.cacheSalt !== undefined) this.cacheSalt = draft.cacheSalt;
    if (draft.lora !== undefined) this.lora = draft.lora;
    if (draft.headers !== undefined) this.headers = draft.headers;
  }

  get id(): string {
    return this.name ?? `${this.index}`;
  }
}
