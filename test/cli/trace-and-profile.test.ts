import { describe, expect, it } from 'vitest';

import { traceStats } from '../../documents/trace-stats.ts';
import { checkProfiles } from '../../cli/verbs/profile-check.ts';
import type { ProfileSource } from '../../hardware-profiles/profile-source.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';
import { LLAMA_CONFIG } from '../support/hugging-face-config.ts';
import { shippedProfiles } from '../support/profiles.ts';
import { workspace } from '../support/workspace.ts';

describe('fleetcast trace stats', () => {
  const TRACE = [
    { timestamp: 0, input_length: 1024, output_length: 10, hash_ids: [1, 2] },
    { timestamp: 1000, input_length: 1000, output_length: 20, hash_ids: [1, 3] },
    { timestamp: 4000, input_length: 512, output_length: 30, hash_ids: [1] },
  ]
    .map((row) => JSON.stringify(row))
    .join('\n');

  it('describes a trace, its format told from its first line', async () => {
    const { code, stdout } = await workspace({ 't.jsonl': TRACE }).run(
      'trace',
      'stats',
      't.jsonl',
      '-o',
      'json',
      '--lru',
      '512,4096',
    );
    expect(code).toBe(0);
    expect(traceStats.parse(JSON.parse(stdout))).toMatchObject({
      manifest: { trace: 't.jsonl', format: 'mooncake' },
      requests: 3,
      durationSeconds: 4,
      inputTokens: { sum: 2536 },
      prefixReuse: {
        blockSize: 512,
        infiniteCacheHitTokenShare: 1024 / 2536,
        lru: [
          { capacityTokens: 512, hitTokenShare: 0 },
          { capacityTokens: 4096, hitTokenShare: 1024 / 2536 },
        ],
      },
    });
  });

  it('prints a table for people', async () => {
    const { stdout } = await workspace({ 't.jsonl': TRACE }).run(
      'trace',
      'stats',
      't.jsonl',
      '--lru',
      '4096',
    );
    expect(stdout).toMatch(/^t\.jsonl \(mooncake\)\n/);
    expect(stdout).toMatch(/^input tokens +2,536$/m);
    expect(stdout).toMatch(/^ {2}infinite +40\.38 %$/m);
    expect(stdout).toMatch(/^ {2}LRU, 4,096 tokens +40\.38 %$/m);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('reads other formats by name', async () => {
    const { run } = workspace({
      'a.csv':
        'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.68,374,44\n2023-11-16 18:15:50.95,396,109\n',
    });
    expect((await run('trace', 'stats', 'a.csv', '--format', 'azure')).stdout).toMatch(/^requests +2$/m);
    expect(await run('trace', 'stats', 'a.csv', '--format', 'azur')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no trace format\n {2}hint: did you mean "azure"/),
    });
  });
});

describe('fleetcast profile', () => {
  it('lists what scenarios can name', async () => {
    const { stdout } = await workspace({}).run('profile', 'list', 'gpus');
    expect(stdout).toMatch(/^gpus\n/);
    expect(stdout).toMatch(/^ {2}h100-sxm-80gb +NVIDIA, 79\.2 GiB, 3\.35 TB\/s, 989 Tflop\/s BF16$/m);
    const all = JSON.parse((await workspace({}).run('profile', 'list', '-o', 'json')).stdout);
    expect(all).toEqual(
      expect.arrayContaining([expect.objectContaining({ kind: 'models', name: 'qwen3-32b' })]),
    );
  });

  it.each(['h100-sxm-80gb', 'qwen3-32b', 'vllm-0.33'])('shows %s with its sources', async (name) => {
    const { run } = workspace({});
    expect((await run('profile', 'show', name)).stdout).toMatch(/source/);
    expect(JSON.parse((await run('profile', 'show', name, '-o', 'json')).stdout)).toMatchObject({ name });
  });

  it('checks: every derived figure is what it is derived from', async () => {
    const { code, stdout } = await workspace({}).run('profile', 'check', '-o', 'json');
    expect(code).toBe(0);
    const { findings, figures } = JSON.parse(stdout);
    expect(findings).toContainEqual({
      profile: 'qwen3-32b',
      figure: 'KV bytes per token',
      given: 262144,
      computed: 262144,
      ok: true,
    });
    const h100 = figures.find(({ profile }: { profile: string }) => profile === 'h100-sxm-80gb');
    expect(h100.vendor).toBeGreaterThan(h100.assumed);
    expect((await workspace({}).run('profile', 'check')).stdout).toMatch(
      /^h100-sxm-80gb peak bf16 +9\.89000e\+14 +9\.\d+e\+14 {2}ok$/m,
    );
  });

  it('checks: a figure that differs is named, after the table, and is a mistake of the user', async () => {
    const terminal = fakeTerminal('/');
    const slower: ProfileSource = {
      names: shippedProfiles.names,
      read(kind, name) {
        const found = shippedProfiles.read(kind, name);
        return name !== 'h100-sxm-80gb' || found === undefined
          ? found
          : {
              ...found,
              text: found.text.replace('tensor_clock: { value: 1.83GHz', 'tensor_clock: { value: 1.6GHz'),
            };
      },
    };
    await expect(checkProfiles(slower, ['gpus'], [], terminal)).rejects.toThrow(
      /error\[E_PROFILE_CHECK\]: 1 of \d+ figures differ from what they are derived from: h100-sxm-80gb \(peak bf16\)/,
    );
    expect(terminal.stdout()).toMatch(/^h100-sxm-80gb peak bf16 .* DIFFERS$/m);
  });

  it('shows what a config.json of Hugging Face says', async () => {
    const config = { ...LLAMA_CONFIG, model_type: 'llama' };
    const { run } = workspace({ 'config.json': JSON.stringify(config), 'broken.json': '{' });
    const { stdout } = await run('profile', 'show', 'config.json', '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({ layers: 32, attention: { kvHeads: 8 } });
    expect((await run('profile', 'show', 'config.json')).stdout).toContain('kvHeads: 8');
    expect((await run('profile', 'show', 'broken.json')).code).toBe(2);
  });
});
