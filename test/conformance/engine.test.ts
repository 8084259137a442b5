import path from 'node:path';
import { describe, expect, it } from 'vitest';

import { ABLATIONS, type Ablation } from '../support/plain-engine/ablations.ts';
import { describeShared } from '../support/shared.ts';
import { checkPlain, checkProduct } from './engine/check-case.ts';
import { profileRules } from './engine/engine-versions.ts';
import { casesOf, traceFiles } from './engine/read-cases.ts';
import { tokenStream } from './engine/token-stream.ts';
import type { TraceCase } from './engine/trace-case.ts';

/** Where rules that few cases need are needed. */
const FAMILY_OF: Partial<Record<Ablation, string>> = {
  'chunked-prefill-switch': '16',
  'prefill-interval': '16',
  'skip-adapters': '17',
  'adapter-limit': '17',
  'adapters-counted': '17',
  'skipped-queue': '17',
  'priority-victim': '11',
  'victim-refund': '11',
  'own-victim': '11',
  'priority-order': '11',
  watermark: '12',
  'watermark-idle': '12',
  'uniform-decode-rows': '14',
  'accepted-drafts': '14',
  'window-release': '13',
  'window-hit': '13',
  'window-cap': '13',
  retention: '13',
  'deferred-free': '15',
  'written-victim': '15',
  'load-reservation': '15',
  'last-token-after-load': '15',
};

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
    it.each(files)('%s', check);
  });

  describe('lose cases without', () => {
    const files = traceFiles(folder);
    const some = files.map((file) => [...casesOf(file)].slice(0, 8));
    /** The family that is about the rule; the first cases of all files, one of each in turn; all. */
    function* likely(ablation: Ablation): Generator<TraceCase> {
      const family = FAMILY_OF[ablation];
      for (const file of files)
        if (family !== undefined && path.basename(file).startsWith(family)) yield* casesOf(file);
      for (let place = 0; place < 8; place++) yield* some.flatMap((cases) => cases[place] ?? []);
      for (const file of files) yield* casesOf(file);
    }
    it.each(Object.keys(ABLATIONS) as Ablation[])('%s', (ablation) => {
      for (const recorded of likely(ablation))
        if (checkPlain(recorded, rules(recorded), ablation) !== undefined) return;
      throw new Error(`no case tells whether ${ABLATIONS[ablation]}`);
    });
  });
});
