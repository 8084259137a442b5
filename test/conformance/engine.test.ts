import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

import { ABLATIONS, type Ablation } from '../support/plain-engine/ablations.ts';
import { describeShared } from '../support/shared.ts';
import { run } from './engine.ts';
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

describe('npm run conformance -- engine DIR', () => {
  const header = {
    kind: 'engine-golden',
    format: 1,
    vllm: '0.33.0',
    family: 'made-up',
    seed: 1,
    mode: 'sync',
    cfg: {
      blocks: 9,
      blockSize: 16,
      maxBatchedTokens: 64,
      maxSeqs: 4,
      maxModelLen: 128,
      longPrefillThreshold: 0,
      chunkedPrefill: true,
      prefixCaching: true,
      reserveFullIsl: true,
      watermark: 0,
      policy: 'fcfs',
    },
    requests: [],
    aborts: [],
  };
  const end = { ev: 'end', turns: 0, passes: 0, truncated: false, reqs: [] };

  async function played(...rows: readonly (object | string)[]): Promise<{ code: number; lines: string[] }> {
    const folder = mkdtempSync(path.join(tmpdir(), 'traces-'));
    mkdirSync(path.join(folder, 'deep'));
    const text = rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n');
    writeFileSync(path.join(folder, 'deep', 'made-up.jsonl'), text);
    const lines: string[] = [];
    const code = await run(folder, {}, (line) => lines.push(line));
    rmSync(folder, { recursive: true });
    return { code, lines };
  }

  it('finds cases in any folder below', async () => {
    expect(await played(header, end)).toEqual({
      code: 0,
      lines: ['made-up (vLLM 0.33.0): 1 of 1 cases identical, 0 passes', '1 of 1 cases identical, 0 passes'],
    });
  });

  it('says what was expected and what came', async () => {
    const { code, lines } = await played(header, { ...end, turns: 5 });
    expect(code).toBe(1);
    expect(lines.join('\n')).toMatch(/plain engine: end: turns\s+expected 5\s+came {5}0/);
    expect(lines.at(-1)).toBe('0 of 1 cases identical, 0 passes');
  });

  it('fails a case whose version no engine profile describes', async () => {
    const { code, lines } = await played({ ...header, vllm: '9.9.1' }, end);
    expect(code).toBe(1);
    expect(lines.join('\n')).toContain('no engine profile describes vLLM 9.9.1');
  });

  it('names the lines that are no recording, counts them, and goes on with the next case', async () => {
    const { code, lines } = await played(header, 'not JSON', end, { kind: 'other' }, end, header, end);
    expect(code).toBe(1);
    expect(lines[0]).toMatch(/made-up\.jsonl:2: not a line of JSON/);
    expect(lines[1]).toMatch(/made-up\.jsonl:4: not a recording of format 1/);
    expect(lines.at(-1)).toBe('1 of 3 cases identical, 0 passes');
  });

  it('counts what stands outside of a case, and a case that has no end', async () => {
    const { code, lines } = await played(end, header);
    expect(code).toBe(1);
    expect(lines[0]).toMatch(/made-up\.jsonl:1: an event outside a case/);
    expect(lines[1]).toMatch(/made-up\.jsonl: the last case has no end/);
    expect(lines.at(-1)).toBe('0 of 2 cases identical, 0 passes');
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
