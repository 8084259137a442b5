import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

import { tokenizeFamily } from '../../conformance/scheduler/tokenize.ts';
import { describeShared } from '../../support/shared.ts';

describeShared('bodies that the picker tokenised', 'conformance/scheduler/tokenize.jsonl', (file) => {
  it('come out the same', () => {
    const lines = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    const outcomes = [...tokenizeFamily.check(lines.slice(1))];
    expect(outcomes.length).toBe(lines.length - 2);
    expect(outcomes.filter(({ differences }) => differences.length > 0)).toEqual([]);
  });
});
