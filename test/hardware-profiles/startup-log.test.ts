import { expect, it } from 'vitest';

import { readStartupLog } from '../../hardware-profiles/startup-log.ts';

it.each([
  [
    'INFO 02-19 23:56:55 kv_cache_utils.py:524] GPU KV cache size: 2,042,016 tokens\nINFO 02-19 23:56:55 kv_cache_utils.py:527] Maximum concurrency for 2,048 tokens per request: 997.08x',
    { blocks: undefined, tokens: 2_042_016, maxModelLen: 2048 },
  ],
  [
    'INFO kv_cache_utils.py:2047] GPU KV cache size: 307,328 tokens, Maximum concurrency for 40,960 tokens per request: 7.50x',
    { blocks: undefined, tokens: 307_328, maxModelLen: 40_960 },
  ],
  [
    'INFO 01-30 03:19:14 kv_cache_utils.py:395] # GPU blocks: 1381',
    { blocks: 1381, tokens: undefined, maxModelLen: undefined },
  ],
  [
    '(EngineCore_DP0) GPU KV cache size: 500,000 tokens\n(EngineCore_DP1) GPU KV cache size: 499,984 tokens',
    { blocks: undefined, tokens: 499_984, maxModelLen: undefined },
  ],
  ['nothing of the kind', { blocks: undefined, tokens: undefined, maxModelLen: undefined }],
])('reads %j', (text, expected) => {
  expect(readStartupLog(text)).toEqual(expected);
});
