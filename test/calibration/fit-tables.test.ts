import { describe, expect, it } from 'vitest';

import { allReduceTables } from '../../calibration/fit/all-reduce-tables.ts';
import { decodeAttentionTables, prefillAttentionTables } from '../../calibration/fit/attention-tables.ts';
import { expertTables } from '../../calibration/fit/expert-tables.ts';
import { gemmTables } from '../../calibration/fit/gemm-tables.ts';
import type { MeasuredRow } from '../../calibration/fit/measured-rows.ts';
import { printKernelTables } from '../../calibration/fit/print-kernel-tables.ts';
import { monotone, thinGrid } from '../../calibration/fit/thin-grid.ts';
import { loadKernelTables } from '../../hardware-profiles/kernel-tables.ts';
import { timeAt } from '../../hardware-profiles/time-grid.ts';
import { profilesOf } from '../support/profiles.ts';

/** A GPU that computes 1 Pflop/s and reads 1 TB/s, and matrices measured on it. */
const LIMITS = { bytesPerSecond: 1e12, l2Bytes: 1e6, flopPerSecond: 1e15 };
const gemmTime = (m: number, n: number, k: number, bytes: number): number =>
  3e-6 + Math.max((n * k * bytes) / 0.8e12, (2 * m * n * k) / 0.7e15);

function gemmRows(format: string, bytes: number, slower = 1, start = 0): MeasuredRow[] {
  const sizes = [128, 512, 1024, 2048, 2560, 4096, 8192];
  return [1, 16, 17, 64, 65, 256, 257, 1024, 1025, 2048, 4096].flatMap((m) =>
    sizes.flatMap((n) =>
      sizes.map((k) => ({
        gemm_dtype: format,
        m,
        n,
        k,
        latency: 1e3 * (start + slower * gemmTime(m, n, k, bytes)),
      })),
    ),
  );
}

describe('matrices', () => {
  it('are thinned to a grid whose interpolation finds the rows that were left out', () => {
    const { tables, leftOut } = gemmTables([...gemmRows('bfloat16', 2), ...gemmRows('fp8', 1, 0.8)]);
    expect(leftOut).toEqual([]);
    expect(tables.map(({ format }) => format)).toEqual(['bf16', 'fp8']);
    const [bf16] = tables;
    expect(bf16?.grid.axes[0]).not.toContain(2560);
    expect(bf16?.fit?.points).toBeGreaterThan(50);
    expect(bf16?.fit?.median).toBeLessThan(0.02);
    const measured = gemmTime(64, 2560, 4096, 2);
    expect(Math.abs((bf16 ? timeAt(bf16.grid, [2560, 4096, 64]) : 0) / measured - 1)).toBeLessThan(0.03);
  });

  it('FP8 that is no faster than BF16, and a table of the time to start kernels, are left out', () => {
    const { tables, leftOut } = gemmTables([
      ...gemmRows('bfloat16', 2),
      ...gemmRows('fp8', 1, 1.1),
      ...gemmRows('fp8_block', 1, 0.1, 30e-6),
    ]);
    expect(tables.map(({ format }) => format)).toEqual(['bf16']);
    expect(leftOut[0]).toContain('gemm fp8: takes 1.1');
    expect(leftOut[1]).toContain('gemm fp8-block: no matrix below 3');
  });
});

const attention = (row: MeasuredRow): MeasuredRow => ({
  kernel_source: 'some_fa3',
  head_dim: 128,
  kv_cache_dtype: 'bfloat16',
  window_size: 0,
  num_heads: 32,
  num_key_value_heads: 8,
  ...row,
});

describe('decode attention', () => {
  const rows = [1, 8, 64].flatMap((batch) =>
    [1, 127, 1023, 4095, 16383].flatMap((step) =>
      [8, 32].map((heads) => {
        const bytes = 4096 * batch * (step + 1);
        // In the L2 cache it is read five times as fast.
        const rate = bytes < 2e6 ? 5e12 : 0.9e12;
        return attention({
          batch_size: batch,
          step,
          num_heads: heads,
          latency: 1e3 * (10e-6 + bytes / rate),
        });
      }),
    ),
  );

  it('is thinned without what the L2 cache did to small ones', () => {
    const { tables } = decodeAttentionTables(rows, LIMITS);
    const [table] = tables;
    expect(table?.grid.axes).toEqual([[8], [1, 8, 64], [2, 128, 1024, 4096, 16384]]);
    const at = (batch: number, context: number) => (table ? timeAt(table.grid, [8, batch, context]) : 0);
    expect(Math.abs(at(1, 128) / (10e-6 + (4096 * 128) / 0.9e12) - 1)).toBeLessThan(0.02);
    expect(Math.abs(at(64, 4096) / (10e-6 + (4096 * 64 * 4096) / 0.9e12) - 1)).toBeLessThan(0.01);
  });

  it('of an unnamed kernel is left out where the kernel that runs is known', () => {
    const { tables, leftOut } = decodeAttentionTables(
      rows.map((row) => ({ ...row, kernel_source: 'default' })),
      { ...LIMITS, decodeKernel: 'fa3' },
    );
    expect(tables).toEqual([]);
    expect(leftOut).toHaveLength(1);
  });
});

describe('prompt attention', () => {
  const rows = (share: number): MeasuredRow[] =>
    [1, 64, 1024, 4096, 16384].flatMap((isl) =>
      [8, 32].map((heads) =>
        attention({
          batch_size: 1,
          isl,
          num_heads: heads,
          num_key_value_heads: heads / 4,
          latency: 1e3 * (8e-6 + (2 * heads * 128 * isl * isl) / (share * 1e15)),
        }),
      ),
    );

  it('is thinned to heads and tokens', () => {
    const { tables, leftOut } = prefillAttentionTables(rows(0.6), LIMITS);
    expect(leftOut).toEqual([]);
    expect(tables[0]?.grid.axes).toEqual([
      [8, 32],
      [1, 64, 1024, 4096, 16384],
    ]);
  });

  it('that beats the peak is left out', () => {
    const { tables, leftOut } = prefillAttentionTables(rows(3), LIMITS);
    expect(tables).toEqual([]);
    expect(leftOut[0]).toContain('beat the peak');
  });
});

describe('experts', () => {
  it('take the uneven routings and one curve per way of sharing', () => {
    const rows = [1, 2, 4].flatMap((tensor) =>
      ['balanced', 'power_law_1.01', 'power_law_1.2'].flatMap((distribution) =>
        [1, 8, 64, 512].map((tokens) => ({
          moe_dtype: 'bfloat16',
          hidden_size: 2048,
          inter_size: 768,
          num_experts: 128,
          topk: 8,
          moe_tp_size: tensor,
          moe_ep_size: 1,
          distribution,
          num_tokens: tokens,
          latency: (distribution === 'balanced' ? 9 : 0.05 + 0.001 * tokens) / tensor,
        })),
      ),
    );
    const [table] = expertTables(rows).tables;
    expect(table?.sharing).toEqual([
      [1, 1],
      [2, 1],
      [4, 1],
    ]);
    expect(table && timeAt(table.grid, [1, 64])).toBeCloseTo(0.114e-3 / 2, 9);
  });
});

describe('experts in FP8', () => {
  it('of a kernel that vLLM does not run on the GPU are left out, and named', () => {
    const measured = [
      { moe_dtype: 'fp8_block', kernel_source: 'vllm_fused_moe', latency: 0.01 },
      { moe_dtype: 'fp8_block', kernel_source: 'vllm_fp8moe_flashinfer_trtllm', latency: 0.1 },
      { moe_dtype: 'bfloat16', kernel_source: 'vllm_fused_moe', latency: 0.2 },
    ];
    const rows = measured.flatMap((own) =>
      [1, 64, 512].map((tokens) => ({
        ...own,
        hidden_size: 2048,
        inter_size: 768,
        num_experts: 128,
        topk: 8,
        moe_tp_size: 1,
        moe_ep_size: 1,
        distribution: 'power_law_1.2',
        num_tokens: tokens,
      })),
    );
    const { tables, leftOut } = expertTables(rows, { fp8ExpertKernel: 'flashinfer' });
    const at = (format: string) =>
      tables.flatMap((table) => (table.format === format ? timeAt(table.grid, [0, 64]) : []));
    expect(at('fp8-block')[0]).toBeCloseTo(1e-4, 12);
    expect(at('bf16')[0]).toBeCloseTo(2e-4, 12);
    expect(leftOut).toEqual(['experts fp8: vllm_fused_moe measured, where vLLM runs flashinfer']);
  });
});

describe('all-reduce', () => {
  it('reads messages as elements of two bytes', () => {
    const rows = [2, 4].flatMap((gpus) =>
      [128, 1024, 65536].map((size) => ({
        num_gpus: gpus,
        message_size: size,
        backend: 'vllm_graph',
        latency: 0.004 + size * 1e-7,
      })),
    );
    const [table] = allReduceTables(rows);
    expect(table?.inGraph).toBe(true);
    expect(table?.grid.axes[1]).toEqual([256, 2048, 131072]);
  });
});

describe('thinning', () => {
  it('makes times monotone and cuts a single outlier', () => {
    const times = monotone([10, 11, 30, 12, 13, 12.5, 20]);
    expect([...times].sort((a, b) => a - b)).toEqual(times);
    expect(times[2]).toBeLessThan(14);
    expect(monotone([1, 2, 3])).toEqual([1, 2, 3]);
  });

  it('fills what was not measured along the last axis, and gives up without two points', () => {
    const grid = thinGrid(
      [[1, 2, 4]],
      [1, 2].map((x) => ({ point: [x], time: x })),
    );
    expect(grid?.times).toEqual(Float64Array.from([1, 2, 4]));
    expect(thinGrid([[1, 2, 4]], [{ point: [1], time: 1 }])).toBeUndefined();
  });
});

it('what is printed is read back as it was, up to the steps of the codes', () => {
  const { tables: gemm, leftOut } = gemmTables(gemmRows('bfloat16', 2));
  const printed = printKernelTables(
    {
      gpu: 'x',
      version: '0.1.0',
      leftOut,
      gemm,
      decodeAttention: [],
      prefillAttention: [],
      experts: [],
      latentDecode: [],
      latentPrefill: [],
      allReduce: [],
    },
    { gemm: 'a test' },
  );
  const read = loadKernelTables(profilesOf({ 'kernels/x--vllm-0.1': printed }), 'x--vllm-0.1');
  expect(read.gemm[0]?.grid.axes).toEqual(gemm[0]?.grid.axes);
  for (const [index, time] of (gemm[0]?.grid.times ?? []).entries())
    expect(Math.abs((read.gemm[0]?.grid.times[index] ?? 0) / time - 1)).toBeLessThan(0.0023);
});
