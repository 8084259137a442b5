import { expect, it } from 'vitest';

import { FAMILIES } from '../conformance/scheduler/families.ts';
import { readJsonLines } from '../conformance/scheduler/read-json-lines.ts';
import { describeShared } from '../support/shared.ts';

/** The other families are checked next to what they are about: tokenizer, kv-index, flow-control. */
describeShared('what the picker did', 'conformance/scheduler', (folder) => {
  it.each([
    ['config-accept', 'config-accept.jsonl', 911],
    ['scorers', 'scorers.jsonl.gz', 5112],
    ['sequences', 'sequences.jsonl.gz', 120],
    ['disaggregation', 'disaggregation.jsonl.gz', 63],
  ])('comes out the same: %s', (family, file, count) => {
    const lines = readJsonLines(`${folder}/${file}`);
    lines.next();
    const outcomes = [...(FAMILIES.get(family)?.check(lines) ?? [])];
    const different = outcomes.filter(({ differences }) => differences.length > 0);
    expect(different.map(({ id, differences }) => ({ id, first: differences[0] }))).toEqual([]);
    expect(outcomes.length).toBeGreaterThanOrEqual(count);
  });
});
