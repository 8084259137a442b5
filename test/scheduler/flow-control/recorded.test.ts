import { expect, it } from 'vitest';

import { FAMILIES } from '../../conformance/scheduler/families.ts';
import { readJsonLines } from '../../conformance/scheduler/read-json-lines.ts';
import { describeShared } from '../../support/shared.ts';

describeShared('flow control that the picker did', 'conformance/scheduler/flow-control.jsonl', (file) => {
  it('comes out the same', () => {
    const lines = readJsonLines(file);
    lines.next();
    const outcomes = [...(FAMILIES.get('flow-control')?.check(lines) ?? [])];
    expect(outcomes.length).toBeGreaterThan(0);
    const different = outcomes.filter(({ differences }) => differences.length > 0);
    expect(different.map(({ id, kind, differences }) => ({ id, kind, first: differences[0] }))).toEqual([]);
  });
});
