import path from 'node:path';
import { describe, expect, it } from 'vitest';

import { ABLATIONS, type Ablation } from '../support/plain-engine/ablations.ts';
import { describeShared } from '../support/shared.ts';
import { checkPlain, checkProduct } from './engine/check-case.ts';
import { profileRules } from './engine/engine-versions.ts';
import { casesOf, traceFiles } from './engine/read-cases.ts';
import { tokenStream } from './engine/token-stream.ts';
import type { TraceCase } from './engine/trace-case.ts';

/** Sliding windows, drafts and KV transfers; and the queue of skipped requests of vLLM 0.28. */
const UNBUILT = /1[345]-|18-|0\.28.17-/;

describe('token streams', () => {
  it('are those of the recording format', () => {
    const a = tokenStream('a');
    expect([0, 1, 2, 3, 1000].map(a)).toEqual([22158, 9598, 679, 22572, 24267]);
    expect([0, 1, 2, 3].map(tokenStream('o.r0'))).toEqual([15862, 22043, 13633, 29709]);
  });
});

describeShared('recorded engine traces', 'conformance/engine', (folder) => {
  const rulesOf = profileRules();
  const rules = ({ header }: TraceCase) => {
    const found = rulesOf(header.vllm);
    if (found === undefined) throw new Error(`no engine profile describes vLLM ${header.vllm}`);
    return found;
  };

  describe('on the plain engine, block ids included', () => {
    it.each(traceFiles(folder).map((file) => path.relative(folder, file)))('%s', (file) => {
      let cases = 0;
      for (const recorded of casesOf(path.join(folder, file))) {
        cases++;
        const difference = checkPlain(recorded, rules(recorded));
        expect(difference, `seed ${recorded.header.seed}`).toBeUndefined();
      }
      expect(cases).toBeGreaterThan(0);
    });
  });

  describe("on the simulator's engine", () => {
    const files = traceFiles(folder).map((file) => path.relative(folder, file));
    const check = (file: string) => {
      for (const recorded of casesOf(path.join(folder, file))) {
        const difference = checkProduct(recorded, rules(recorded));
        expect(difference, `seed ${recorded.header.seed}`).toBeUndefined();
      }
    };
    it.each(files.filter((file) => !UNBUILT.test(file)))('%s', check);
    // Remove a file from UNBUILT as soon as it passes.
    it.fails.each(files.filter((file) => UNBUILT.test(file)))('%s (not built)', check);
  });

  describe('lose cases without', () => {
    const files = traceFiles(folder);
    const some = files.map((file) => [...casesOf(file)].slice(0, 8));
    const rare = files.filter((file) => /(12-limits|16-switches)/.test(file));
    /** The first cases of all files, one of each in turn; the files of rare settings; then all. */
    function* mixed(): Generator<TraceCase> {
      for (let place = 0; place < 8; place++) yield* some.flatMap((cases) => cases[place] ?? []);
      for (const file of [...rare, ...files]) yield* casesOf(file);
    }
    it.each(Object.keys(ABLATIONS) as Ablation[])('%s', (ablation) => {
      for (const recorded of mixed())
        if (checkPlain(recorded, rules(recorded), ablation) !== undefined) return;
      throw new Error(`no case tells whether ${ABLATIONS[ablation]}`);
    });
  });
});
