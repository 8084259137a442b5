import type { Prompt } from '../base/prompt.ts';
import type { Bytes, Seconds, Tokens } from '../base/units.ts';

/** A request as the router gets to see it. It never carries the length of the answer. */
export interface InferenceRequest {
  readonly id: string;
  /** Target model, after any rewrite; a LoRA adapter is named here. */
  readonly model: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** From the objective that the request names; below 0 it may be shed. */
  readonly priority: number;
  /** The flow it belongs to; undefined = to be derived from headers, else the default flow. */
  readonly fairnessId?: string;
  /** The tokenised prompts (pseudo-tokens of the estimating tokenizer, or trace tokens); undefined = opaque body. */
  readonly prompts: readonly Prompt[] | undefined;
  readonly cacheSalt?: string;
  /** The client's own limit on output tokens. */
  readonly maxOutputTokens?: Tokens;
  /** Images, videos, sounds of the prompts. */
  readonly features?: readonly MultimodalFeature[];
  /** Size of the body: counts against the capacity of flow control's queues. */
  readonly bytes: Bytes;
  /** When the router received it. */
  readonly receivedAt: Seconds;
}

/** Placeholder tokens `offset` … `offset + length - 1` of a prompt stand for one item of another modality. */
export interface MultimodalFeature {
  readonly prompt: number;
  readonly hash: string;
  readonly offset: Tokens;
  readonly length: Tokens;
}

/** Conditional decode: the header Prefer with the token if-available. */
export function wantsCachedOnly({ headers }: InferenceRequest): boolean {
  const prefer = headers['prefer'];
  if (prefer === undefined) return false;
  return prefer.split(/[,;]/).some((token) => token.trim().toLowerCase() === 'if-available');
}
