import type { TokenizedPrompt } from '../../../scheduler/tokenizer/prompt-writer.ts';
import { tokenizeBody, type TokenizedBody } from '../../../scheduler/tokenizer/tokenize-body.ts';

import { deepDifferences } from './deep-differences.ts';
import type { Family, Outcome } from './family.ts';

/** What the estimating tokenizer makes of a request body. */
export const tokenizeFamily: Family = {
  name: 'tokenize',
  *check(lines) {
    for (const line of lines) {
      if (isCase(line)) yield checkCase(line);
    }
  },
};

interface TokenizeLine {
  readonly kind: 'tokenize';
  readonly id: string;
  readonly path: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly error?: boolean;
  readonly model?: string;
  readonly stream?: boolean;
  readonly maxOutputTokens?: number;
  readonly cacheSalt?: string;
  readonly prompts?: readonly unknown[] | null;
}

/** Tokens that are written of each end of a long list. */
const SHOWN = 12;

function isCase(line: unknown): line is TokenizeLine {
  return typeof line === 'object' && line !== null && 'kind' in line && line.kind === 'tokenize';
}

function checkCase(line: TokenizeLine): Outcome {
  const cause = `${line.path} ${line.body.slice(0, 200)}`;
  const result = tokenizeBody(line.path, line.body, line.headers);
  const expected = line.error === true ? { error: true } : recorded(line);
  const actual = result.kind === 'unreadable' ? { error: true } : described(result, line);
  return { id: line.id, kind: line.path, differences: deepDifferences(expected, actual, cause) };
}

function recorded({ model, stream, maxOutputTokens, cacheSalt, prompts }: TokenizeLine): unknown {
  return {
    model: model ?? '',
    stream: stream ?? false,
    maxOutputTokens,
    cacheSalt: cacheSalt ?? '',
    prompts: prompts ?? undefined,
  };
}

function described(
  { model, stream, maxOutputTokens, cacheSalt, prompts }: TokenizedBody,
  line: TokenizeLine,
): unknown {
  return {
    model,
    stream,
    maxOutputTokens,
    cacheSalt,
    prompts: prompts?.map((prompt, i) => describedPrompt(prompt, line.prompts?.[i])),
  };
}

function describedPrompt({ tokens, features }: TokenizedPrompt, expected: unknown): unknown {
  const isLong = typeof expected === 'object' && expected !== null && 'tokensShown' in expected;
  const list = [...tokens];
  return {
    count: tokens.length,
    tokens: isLong ? [...list.slice(0, SHOWN), ...list.slice(-SHOWN)] : list,
    ...(isLong && { tokensShown: expected.tokensShown }),
    ...(features.length > 0 && { features }),
  };
}
