import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

import { run } from './scheduler.ts';

const HEAD = { family: 'config-accept', format: 1 };
const config = (id: string, parts: object) => ({
  kind: 'config',
  id,
  name: `case ${id}`,
  allowExperimental: false,
  ...parts,
});
const refused = config('c1', {
  yaml: 'kind: Pod\n',
  accepted: false,
  error: { class: 'decode' },
});

async function check(files: Readonly<Record<string, readonly (object | string)[]>>) {
  const folder = mkdtempSync(path.join(tmpdir(), 'fleetcast-recorded-'));
  for (const [name, lines] of Object.entries(files)) {
    const text = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
    writeFileSync(path.join(folder, name), name.endsWith('.gz') ? gzipSync(text) : text);
  }
  const printed: string[] = [];
  const code = await run(folder, (line) => printed.push(line));
  return { code, printed };
}

describe('the check of recorded decisions of the endpoint picker', () => {
  it('reads plain and compressed files, and ends with the total', async () => {
    const { code, printed } = await check({ 'a.jsonl': [HEAD, refused], 'b.jsonl.gz': [HEAD, refused] });
    expect(code).toBe(0);
    expect(printed).toEqual([
      'config-accept: 1 of 1 identical',
      'config-accept: 1 of 1 identical',
      '2 of 2 identical',
    ]);
  });

  it('tells differences with what caused them', async () => {
    const wrong = { ...refused, id: 'c2', error: { class: 'two-pickers' } };
    const accepted = { ...refused, id: 'c3', accepted: true };
    const { code, printed } = await check({ 'a.jsonl': [HEAD, refused, wrong, accepted] });
    expect(code).toBe(1);
    expect(printed.at(-1)).toBe('1 of 3 identical');
    expect(printed.join('\n')).toMatch(/c2: error\.class\n.*E_TWO_PICKERS.*\n.*E_DECODE.*\n.*case c1/);
    expect(printed.join('\n')).toMatch(/c3: accepted\n.*true\n.*false/);
  });

  it('does not take a file that it does not know, or a folder without any, for a success', async () => {
    expect((await check({ 'a.jsonl': [{ family: 'cooking', format: 1 }] })).code).toBe(1);
    expect((await check({ 'a.jsonl': [{ ...HEAD, format: 2 }, refused] })).code).toBe(1);
    expect((await check({})).code).toBe(2);
    expect((await check({ 'a.jsonl': [HEAD] })).code).toBe(1);
  });

  it('counts lines that are no JSON objects, and goes on', async () => {
    const { code, printed } = await check({
      'a.jsonl': [HEAD, '{broken', '7', refused],
      'b.jsonl': [HEAD, refused],
    });
    expect(code).toBe(1);
    expect(printed.join('\n')).toMatch(/line 2: file\n.*\n.*\{broken[\s\S]*line 3: file/);
    expect(printed.at(-1)).toBe('2 of 4 identical');
  });

  it('counts cases that break its check, files that cannot be read and files without a case', async () => {
    const { code, printed } = await check({
      'a.jsonl': [HEAD, config('c9', { yaml: 5, accepted: true }), refused],
      'b.jsonl': ['{broken'],
      'c.jsonl': [{ ...HEAD, family: 'sequences' }],
      'd.jsonl': [
        { ...HEAD, family: 'flow-control' },
        MATCHING,
        { kind: 'bogus', id: 'f1', config: 'match' },
      ],
      'e.jsonl': [
        { ...HEAD, family: 'tokenize' },
        { kind: 'bogus', id: 't1' },
      ],
      'f.jsonl': [{ ...HEAD, family: 'scorers' }, MATCHING, { kind: 'case', id: 's1', config: 'match' }],
      'g.jsonl': [HEAD, refused],
    });
    expect(code).toBe(1);
    expect(printed.join('\n')).toMatch(/c9: the check threw/);
    expect(printed.join('\n')).toMatch(/f1: kind/);
    expect(printed.join('\n')).toMatch(/t1: the check threw/);
    expect(printed.join('\n')).toMatch(/s1: the check threw/);
    expect(printed.at(-1)).toBe('2 of 9 identical');
  });
});

const MATCHING = config('match', {
  yaml: `apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins:
- {type: label-selector-filter, parameters: {matchLabels: {zone: a}}}
- {type: queue-scorer}
- {type: max-score-picker}
schedulingProfiles:
- name: default
  plugins: [{pluginRef: label-selector-filter}, {pluginRef: queue-scorer}, {pluginRef: max-score-picker}]
`,
});
const PREFIX = config('prefix', {
  yaml: `apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins:
- {type: approx-prefix-cache-producer}
- {type: prefix-cache-scorer}
schedulingProfiles:
- {name: default, plugins: [{pluginRef: prefix-cache-scorer}]}
`,
});

describe('the check of recorded sequences', () => {
  const SEQUENCES = { family: 'sequences', format: 1 };
  const start = (id: string, configuration: string) => ({ kind: 'sequence', id, config: configuration });
  const step = (number: number, parts: object) => ({ kind: 'step', sequence: 's', step: number, ...parts });
  const endpoint = (id: string, zone: string) => ({
    op: 'add',
    endpoint: {
      id,
      address: '10.0.0.1',
      port: '8000',
      labels: { zone },
      metrics: { waiting: 0, running: 0 },
    },
  });
  const request = (candidates: readonly string[], expected: object) =>
    step(2, {
      op: 'request',
      request: { id: 'r', prompts: [[[1, 0, 640]]] },
      candidates,
      expect: expected,
      commit: true,
    });

  it('counts a request that is refused here and goes on there as one difference', async () => {
    const { code, printed } = await check({
      'a.jsonl': [
        SEQUENCES,
        MATCHING,
        start('s1', 'match'),
        step(1, endpoint('p0', 'b')),
        request(['p0'], { profiles: [], primary: 'default', targets: { default: ['p0'] } }),
        step(3, { op: 'firstChunk', request: 'r' }),
        step(4, { op: 'end', request: 'r', cause: 'done' }),
        start('s2', 'match'),
        step(1, { op: 'nonsense' }),
        start('s3', 'match'),
        step(1, endpoint('p0', 'a')),
      ],
      'b.jsonl': [HEAD, refused],
    });
    expect(code).toBe(1);
    expect(printed.join('\n')).toMatch(/s1: /);
    expect(printed.join('\n')).toMatch(/s2: the check threw/);
    expect(printed).toContain('sequences: 1 of 3 identical');
    expect(printed.at(-1)).toBe('2 of 4 identical');
  });

  it('sees best endpoints where none are recorded, and what was produced for endpoints that are not', async () => {
    const profile = {
      name: 'default',
      scorers: [{ plugin: 'prefix-cache-scorer', weight: 1, scores: { p0: 0 } }],
      totals: { p0: 0 },
      argmax: [],
      pick: ['p0'],
    };
    const { printed } = await check({
      'a.jsonl': [
        SEQUENCES,
        PREFIX,
        start('s1', 'prefix'),
        step(1, endpoint('p0', 'a')),
        request(['p0'], { produced: {}, profiles: [profile] }),
      ],
    });
    const differences = printed.join('\n');
    expect(differences).toMatch(/produced\.p0/);
    const { printed: best } = await check({
      'a.jsonl': [
        SEQUENCES,
        PREFIX,
        start('s1', 'prefix'),
        step(1, endpoint('p0', 'a')),
        request(['p0'], { profiles: [profile] }),
      ],
    });
    expect(best.join('\n')).toMatch(/argmax/);
  });
});
