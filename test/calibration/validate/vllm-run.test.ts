import { describe, expect, it } from 'vitest';

import { vllmRun } from '../../../calibration/validate/vllm-run.ts';
import { nodeProfiles } from '../../../cli/files/node-resources.ts';
import { traceFilesOf } from '../../../sim/workload/trace/trace-format.ts';

const REQUEST = JSON.stringify({
  request_id: 'own-0',
  input_toks: 8,
  output_toks: 3,
  arrival_time: 1000,
  queued_ts: 50,
  scheduled_ts: 50.01,
  first_token_ts: 50.1,
  last_token_ts: 50.12,
});

function run(engine_kwargs: object, model = 'meta-llama/Llama-3.1-8B') {
  const text = JSON.stringify({ model, hardware: { device_name: 'NVIDIA L4' }, engine_kwargs });
  const requests = traceFilesOf('requests.jsonl', REQUEST);
  return vllmRun('own', { file: 'meta.json', text }, requests, nodeProfiles());
}

describe('recorded vLLM runs', () => {
  it('plays the server as it was launched', () => {
    const { cases } = run({
      tensor_parallel_size: 2,
      kv_cache_dtype: 'fp8_e4m3',
      quantization: 'awq',
      gpu_memory_utilization: 0.8,
      enforce_eager: true,
      block_size: 32,
      enable_prefix_caching: false,
      seed: 42,
    });
    expect(JSON.parse(cases[0]?.scenario.text ?? '')).toMatchObject({
      spec: {
        fleet: {
          pools: [
            {
              hardware: 'l4-24gb',
              tensor_parallel_size: 2,
              engine: {
                kv_cache_dtype: 'fp8',
                quantization: 'int4',
                gpu_memory_utilization: 0.8,
                enforce_eager: true,
                block_size: 32,
                enable_prefix_caching: false,
              },
            },
          ],
        },
      },
    });
    expect(cases[0]?.server).toMatchObject({ precision: 'int4', class: 'FP4 and INT4' });
  });

  it.each([
    [{ data_parallel_size: 2 }, 'data parallelism'],
    [{ pipeline_parallel_size: 2 }, 'pipeline parallelism'],
    [{ quantization: 'int3' }, 'int3'],
    [{ kv_cache_dtype: 'turbo' }, 'turbo'],
    [{ speculative_config: { method: 'eagle' } }, 'drafts'],
    [{ cpu_offload_gb: 4 }, 'memory of the host'],
  ])('says why it leaves out %j', (kwargs, reason) => {
    const { cases, notScored } = run(kwargs);
    expect(cases).toEqual([]);
    expect(notScored[0]?.reason).toContain(reason);
  });
});
