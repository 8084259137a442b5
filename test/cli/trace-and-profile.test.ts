import { describe, expect, it } from 'vitest';

import { traceStats } from '../../documents/trace-stats.ts';
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
});
