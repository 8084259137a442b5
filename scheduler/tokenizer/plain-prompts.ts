import type { BodyFields } from './body-fields.ts';
import { goJson, goStruct, isList, type Json } from './go-json.ts';
import { textPrompt, type PromptFeature, type TokenizedPrompt } from './prompt-writer.ts';

/*
 * The requests without chat messages. Each returns undefined when what it needs is missing.
 * Source: estimateBytes in tokenizer/estimate.go and the parsers of llm-d-router.
 */

/** /v1/completions: the text as it is; several texts are several prompts; token ids pass unchanged. */
export function completionPrompts(body: BodyFields): readonly TokenizedPrompt[] | undefined {
  const input = textsOrTokens(body, 'prompt');
  if (input === undefined) return undefined;
  return 'tokens' in input ? [input] : input.texts.map(textPrompt);
}

/** /v1/embeddings: the input as Go writes its structure; token ids pass unchanged. */
export function embeddingPrompts(body: BodyFields): readonly TokenizedPrompt[] | undefined {
  const input = textsOrTokens(body, 'input');
  if (input === undefined) return undefined;
  if ('tokens' in input) return [input];
  const { raw, texts } = input;
  const text = goStruct([
    ['Raw', raw ? (texts[0] ?? '') : ''],
    ['Strings', raw ? null : texts],
    ['TokenIDs', null],
  ]);
  return [textPrompt(text)];
}

/** /v1/responses: the JSON of the list `[{instructions}?, {tools}?, {input}]`. */
export function responsePrompts(body: BodyFields): readonly TokenizedPrompt[] | undefined {
  const input = body.any('input');
  if (input === undefined) return undefined;
  const parts: Json[] = [];
  for (const name of ['instructions', 'tools']) {
    const value = body.any(name);
    if (value !== undefined) parts.push({ [name]: value });
  }
  return [textPrompt(goJson([...parts, { input }]))];
}

/** /v1/conversations: the items as Go writes them (type, role, content). */
export function conversationPrompts(body: BodyFields): readonly TokenizedPrompt[] | undefined {
  const items = body.objects('items').map((item) => {
    const orAbsent = (name: string): string | undefined => item.string(name) || undefined;
    return goStruct([
      ['type', orAbsent('type')],
      ['role', orAbsent('role')],
      ['content', item.any('content')],
    ]);
  });
  return items.length === 0 ? undefined : [textPrompt(`[${items.join(',')}]`)];
}

/** vLLM's /inference/v1/generate: token ids and features, both made by the client. */
export function generatePrompts(body: BodyFields): readonly TokenizedPrompt[] | undefined {
  const tokens = tokenIds(body.list('token_ids') ?? []);
  if (tokens === undefined) return undefined;
  const features = body.object('features');
  const hashes = features.object('mm_hashes');
  const places = features.object('mm_placeholders');
  const found: PromptFeature[] = [];
  for (const modality of ['image', 'video', 'audio'] as const) {
    const placeholders = places.objects(modality);
    for (const [i, hash] of (hashes.list(modality) ?? []).entries()) {
      const offset = placeholders[i]?.any('offset') ?? 0;
      const length = placeholders[i]?.any('length') ?? 0;
      if (typeof hash !== 'string' || typeof offset !== 'number' || typeof length !== 'number')
        return undefined;
      found.push({ modality, hash, offset, length });
    }
  }
  return [{ tokens, features: found.sort((a, b) => a.offset - b.offset) }];
}

type TextsOrTokens = TokenizedPrompt | { readonly texts: readonly string[]; readonly raw: boolean };

function textsOrTokens(body: BodyFields, name: string): TextsOrTokens | undefined {
  const value = body.any(name);
  if (typeof value === 'string') return value === '' ? undefined : { texts: [value], raw: true };
  if (value === undefined || !isList(value) || value.length === 0) return undefined;
  const texts = value.filter((text) => typeof text === 'string');
  if (texts.length === value.length) return { texts, raw: false };
  const tokens = tokenIds(value);
  return tokens === undefined ? undefined : { tokens, features: [] };
}

function tokenIds(values: readonly Json[]): Uint32Array | undefined {
  const tokens = new Uint32Array(values.length);
  for (const [i, value] of values.entries()) {
    if (typeof value !== 'number' || value !== value >>> 0) return undefined;
    tokens[i] = value;
  }
  return tokens;
}
