import type { TokenizedPrompt } from '../../../scheduler/tokenizer/prompt-writer.ts';
import { tokenizeBody, type TokenizedBody } from '../../../scheduler/tokenizer/tokenize-body.ts';

import { deepDifferences } from './deep-differences.ts';
import type { Difference, Family, Outcome } from './family.ts';
import { guarded } from './guarded.ts';
import type { ConfigLine } from './recorded-types.ts';

/** What the estimating tokenizer makes of a request body. */
export const tokenizeFamily: Family = {
  name: 'tokenize',
  *check(lines) {
    for (const line of lines as Iterable<ConfigLine | TokenizeLine>) {
      // The configuration is always the estimating tokenizer's.
      if (line.kind !== 'config') yield checkCase(line);
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

function checkCase(line: TokenizeLine): Outcome {
  const cause = `${line.path} ${line.body}`.slice(0, 240);
  return { id: line.id, kind: line.path, differences: guarded(() => differencesOf(line, cause), cause) };
}

function differencesOf(line: TokenizeLine, cause: string): Difference[] {
  const result = tokenizeBody(line.path, line.body, line.headers);
  const expected = line.error === true ? { error: true } : recorded(line);
  const actual = result.kind === 'unreadable' ? { error: true } : described(result, line);
  return deepDifferences(expected, actual, cause);
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
