import { describe, expect, it } from 'vitest';

import { gpuNamed } from '../../../calibration/validate/gpu-named.ts';
import { modelNamed } from '../../../calibration/validate/model-named.ts';
import { nodeProfiles } from '../../../cli/files/node-resources.ts';

const profiles = nodeProfiles();

describe('GPUs in measurements', () => {
  it.each([
    ['h100_sxm', 'h100-sxm-80gb'],
    ['h100_pcie', 'h100-pcie-80gb'],
    ['h100_nvl', 'h100-nvl-94gb'],
    ['NVIDIA H100 80GB HBM3', 'h100-sxm-80gb'],
    ['NVIDIA H100 (80GB assumed)', 'h100-sxm-80gb'],
    ['NVIDIA H100 (PCIe)', 'h100-pcie-80gb'],
    ['H100 NVL', 'h100-nvl-94gb'],
    ['NVIDIA H200 141GB (GKE A3 Ultra, RoCE)', 'h200-sxm-141gb'],
    ['l4', 'l4-24gb'],
    ['NVIDIA L4', 'l4-24gb'],
    ['a10g', 'a10g-24gb'],
    ['h20_sxm', 'h20-96gb'],
    ['mi300x', 'mi300x-192gb'],
    ['AMD Instinct MI300X OAM', 'mi300x-192gb'],
    ['a100_sxm', 'a100-sxm-80gb'],
    ['NVIDIA A100-SXM4-40GB', 'a100-sxm-40gb'],
    ['NVIDIA A100 80GB PCIe', 'a100-pcie-80gb'],
    ['NVIDIA B300 SXM6 AC', 'b300-sxm-288gb'],
    ['rtx_pro_6000_server', 'rtx-pro-6000-96gb'],
    ['NVIDIA RTX PRO 6000 Blackwell Workstation Edition', 'rtx-pro-6000-96gb'],
    ['NVIDIA GeForce RTX 4090', 'rtx-4090-24gb'],
  ])('%s is %s', (name, profile) => {
    expect(gpuNamed(profiles, name)).toBe(profile);
  });

  it.each([
    '',
    'constructor',
    'NVIDIA',
    'NVIDIA L40',
    'NVIDIA A10',
    'NVIDIA A100-PCIE-40GB',
    'NVIDIA H100 96GB HBM3',
    'NVIDIA H200 NVL',
    'NVIDIA GeForce RTX 4090 D',
    'NVIDIA GeForce RTX 4090 Laptop GPU',
    'NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition',
    'MI300A',
    // 40 or 80 GB.
    'a100',
  ])('"%s" is none that is known', (name) => {
    expect(gpuNamed(profiles, name)).toBeUndefined();
  });
});

describe('models in measurements', () => {
  it.each([
    ['google/gemma-3-27b-it', 'gemma-3-27b'],
    ['mistralai/Mixtral-8x7B-Instruct-v0.1', 'mixtral-8x7b'],
    ['mistralai/Mistral-Nemo-Instruct-2407', 'mistral-nemo-12b'],
    ['deepseek-ai/DeepSeek-R1-0528', 'deepseek-r1'],
    ['RedHatAI/Meta-Llama-3.1-8B-Instruct-FP8', 'llama-3.1-8b'],
    ['RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic', 'llama-3.3-70b'],
    ['RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w4a16', 'llama-3.1-8b'],
    ['/models/Llama-3.1-8B-Instruct/', 'llama-3.1-8b'],
    ['Qwen/Qwen3-30B-A3B-Instruct-2507', 'qwen3-30b-a3b'],
    ['openai/gpt-oss-120b (MXFP4)', 'gpt-oss-120b'],
    ['llama2-70b', 'llama-2-70b'],
  ])('%s is %s', (name, profile) => {
    expect(modelNamed(profiles, name)).toBe(profile);
  });

  it.each([
    '',
    'meta-llama/Meta-Llama-3-8B-Instruct',
    'deepseek-ai/DeepSeek-R1-Distill-Llama-8B',
    'deepseek-ai/DeepSeek-V3.1',
    'mistralai/Mistral-7B-Instruct-v0.1',
    'mistralai/Mistral-Small-3.1-24B-Instruct-2503',
    'Qwen/Qwen2.5-7B-Instruct-1M',
    'microsoft/phi-4-mini-instruct',
  ])('"%s" is none that is known', (name) => {
    expect(modelNamed(profiles, name)).toBeUndefined();
  });
});
