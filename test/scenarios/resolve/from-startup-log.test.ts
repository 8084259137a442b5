import { describe, expect, it } from 'vitest';

import { formatProblem } from '../../../base/user-error.ts';
import { loadScenario } from '../../../scenarios/load/load-scenario.ts';
import { resolveScenario } from '../../../scenarios/resolve/resolve-scenario.ts';
import { engine, engineOf, labelsOf } from '../../support/resolved.ts';
import { problemsOf, resourcesOf, SMALL_SCENARIO } from '../../support/scenario-text.ts';

const withLog = (log: string, sets: readonly string[] = []) => {
  const resources = resourcesOf({ 'vllm.log': log });
  const all = [engine('startup_log=vllm.log'), ...sets];
  return resolveScenario(loadScenario({ file: 's.yaml', text: SMALL_SCENARIO }, all, resources), resources);
};

describe('engine.startup_log', () => {
  it('gives the KV blocks and the length limit of the server that wrote it', () => {
    const log = 'GPU KV cache size: 307,328 tokens, Maximum concurrency for 32,768 tokens per request: 9.38x';
    const scenario = withLog(log);
    expect(engineOf(scenario)).toMatchObject({ numGpuBlocks: 307_328 / 16, maxModelLen: 32_768 });
    expect(labelsOf(scenario, 'startup-log')).toEqual([]);
    expect(labelsOf(withLog(log, [engine('max_model_len=8192')]), 'startup-log')).toEqual([
      'the log is of a server with max_model_len 32768, here it is 8192',
    ]);
  });

  it('takes blocks where the log counts blocks', () => {
    expect(engineOf(withLog('kv_cache_utils.py:395] # GPU blocks: 18000')).numGpuBlocks).toBe(18_000);
  });

  it('is refused without such a line, and beside another pin', () => {
    expect(problemsOf(() => withLog('INFO: started')).map(formatProblem)).toEqual([
      expect.stringContaining('vllm.log has no line on the size of the KV cache'),
    ]);
    expect(
      problemsOf(() => withLog('# GPU blocks: 18000', [engine('num_gpu_blocks=9')])).map(formatProblem),
    ).toEqual([expect.stringContaining('takes only one of num_gpu_blocks')]);
  });
});
