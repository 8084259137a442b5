import { expect, it } from 'vitest';

import { FAMILIES } from '../../conformance/scheduler/families.ts';
import { readJsonLines } from '../../conformance/scheduler/read-json-lines.ts';
import { describeShared } from '../../support/shared.ts';

describeShared(
  'decisions by KV events that the picker took',
  'conformance/scheduler/precise.jsonl.gz',
  (file) => {
    it('come out the same', () => {
      const lines = readJsonLines(file);
      lines.next();
      const outcomes = [...(FAMILIES.get('precise')?.check(lines) ?? [])];
      expect(outcomes.length).toBeGreaterThan(0);
      const different = outcomes.filter(({ differences }) => differences.length > 0);
      expect(different.map(({ id, kind, differences }) => ({ id, kind, first: differences[0] }))).toEqual([]);
    });
  },
);
