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

async function check(files: Readonly<Record<string, readonly object[]>>) {
  const folder = mkdtempSync(path.join(tmpdir(), 'fleetcast-recorded-'));
  for (const [name, lines] of Object.entries(files)) {
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
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
});
