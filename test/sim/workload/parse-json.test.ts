import { describe, expect, it } from 'vitest';

import { parseJson } from '../../../sim/workload/trace/parse-json.ts';

describe('JSON as Python writes it', () => {
  it('may hold NaN and infinities for what is absent, and the same words in strings', () => {
    expect(parseJson(String.raw`{"ttft": NaN, "of": [-Infinity, 1], "text": "a \" NaN, Infinity"}`)).toEqual({
      ttft: null,
      of: [null, 1],
      text: 'a " NaN, Infinity',
    });
    expect(() => parseJson('{"a": NaN')).toThrow(SyntaxError);
  });
});
