import type { Tokens } from '../../base/units.ts';
import { BodyFields } from './body-fields.ts';
import { chatPrompt } from './chat-prompt.ts';
import { isGoJson, type Json } from './go-json.ts';
import type { MediaEstimate } from './media-estimate.ts';
import { messagesPrompt } from './messages-prompt.ts';
import {
  completionPrompts,
  conversationPrompts,
  embeddingPrompts,
  generatePrompts,
  responsePrompts,
} from './plain-prompts.ts';
import type { TokenizedPrompt } from './prompt-writer.ts';

/** What a router makes of a request body without a real tokenizer. */
export interface TokenizedBody {
  readonly kind: 'tokenized';
  /** '' when the body names none. */
  readonly model: string;
  readonly stream: boolean;
  readonly maxOutputTokens: Tokens | undefined;
  readonly cacheSalt: string;
  /** undefined = the path is no inference API that is known here: the body is opaque. */
  readonly prompts: readonly TokenizedPrompt[] | undefined;
}

/** A body that its API does not allow: the client gets 400. */
export interface UnreadableBody {
  readonly kind: 'unreadable';
  readonly message: string;
}

/**
 * Tokenises a request by the picker's estimate: one pseudo-token per 4 bytes of what its API says. `headers` have names
 * in lower case; a query behind the path is not looked at.
 * Source: token-producer (backend `estimate`) and the parsers openai, anthropic, vllmhttp, passthrough of llm-d-router.
 */
export function tokenizeBody(
  path: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
  estimate: MediaEstimate = {},
): TokenizedBody | UnreadableBody {
  const api = APIS.find(([suffix]) => path.endsWith(suffix));
  if (api === undefined) {
    return {
      kind: 'tokenized',
      model: '',
      stream: false,
      maxOutputTokens: undefined,
      cacheSalt: '',
      prompts: undefined,
    };
  }
  const value = parse(body);
  if (value === undefined) return { kind: 'unreadable', message: 'the request body is not a JSON object' };
  const [, needs, read] = api;
  const fields = new BodyFields(value);
  const prompts = read(fields, headers, estimate);
  const cacheSalt = fields.string('cache_salt');
  if (prompts === undefined || fields.wrong)
    return { kind: 'unreadable', message: `the request body must have a valid field "${needs}"` };
  const model = value.model;
  return {
    kind: 'tokenized',
    model: typeof model === 'string' ? model : '',
    stream: value.stream === true,
    maxOutputTokens: outputLimit(value),
    cacheSalt,
    prompts,
  };
}

type Reader = (
  body: BodyFields,
  headers: Readonly<Record<string, string>>,
  estimate: MediaEstimate,
) => readonly TokenizedPrompt[] | undefined;

/** Path suffix, the field that must be there, the reader; longer suffixes first. */
const APIS: readonly (readonly [suffix: string, needs: string, read: Reader])[] = [
  ['/inference/v1/generate', 'token_ids', (body) => generatePrompts(body)],
  ['/chat/completions', 'messages', (body, headers, estimate) => one(chatPrompt(body, headers, estimate))],
  ['/conversations', 'items', (body) => conversationPrompts(body)],
  ['/completions', 'prompt', (body) => completionPrompts(body)],
  ['/embeddings', 'input', (body) => embeddingPrompts(body)],
  ['/responses', 'input', (body) => responsePrompts(body)],
  ['/messages', 'messages', (body, _, estimate) => one(messagesPrompt(body, estimate))],
];

function one(prompt: TokenizedPrompt | undefined): readonly TokenizedPrompt[] | undefined {
  return prompt === undefined ? undefined : [prompt];
}

function parse(body: string): Readonly<Record<string, Json>> | undefined {
  try {
    const value = JSON.parse(body) as Json;
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !isGoJson(value))
      return undefined;
    return value as Readonly<Record<string, Json>>;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The client's limit, by the names that the APIs have for it. */
function outputLimit(body: Readonly<Record<string, Json>>): Tokens | undefined {
  for (const name of ['max_completion_tokens', 'max_tokens', 'max_output_tokens']) {
    const value = body[name];
    if (typeof value === 'number' && value > 0) return Math.trunc(value);
  }
  return undefined;
}
