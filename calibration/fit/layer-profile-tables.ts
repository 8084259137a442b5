import type { KernelTables } from '../../hardware-profiles/kernel-tables.ts';
import { timeAt, type TimeGrid } from '../../hardware-profiles/time-grid.ts';
import { coldTimes, type GpuLimits } from './attention-tables.ts';
import { median, numberOf, textOf, type MeasuredRow } from './measured-rows.ts';
import { monotone } from './thin-grid.ts';

/** The layers of one model, measured one by one (LLMServingSim's profiler; microseconds). */
export interface LayerProfile {
  readonly dense: readonly MeasuredRow[];
  readonly perSequence: readonly MeasuredRow[];
  readonly attention: readonly MeasuredRow[];
}

const TOKENS = [1, 8, 16, 32, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048];
const SMALL = 128;
const ROWS = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const CONTEXT = [16, 128, 512, 1024, 2048, 4096, 8192, 16384];
const PROMPT = [1, 64, 128, 256, 512, 1024, 2048];
const BEHIND = [2048, 4096, 8192, 16384];
const CHUNK = 2048;
/** Keys and values of 8 heads of 128 in BF16. */
const BYTES_PER_TOKEN = 2 * 8 * 128 * 2;

/**
 * Matrices and attention of Llama-3.1-8B on one GPU (32 heads, 8 KV heads of 128) as tables over sizes. Its five
 * matrices span n = 4096 to 128256 and k = 4096 to 14336; a smaller matrix takes its share of the smallest one, fewer
 * heads take their share of 32. The LM head is measured to 256 rows, beyond them it follows the widest matrix.
 */
export function layerProfileTables(
  { dense, perSequence, attention }: LayerProfile,
  limits: GpuLimits,
): Pick<KernelTables, 'gemm' | 'decodeAttention' | 'prefillAttention'> {
  return {
    gemm: [{ format: 'bf16', grid: gemmGrid(dense, perSequence), fit: undefined }],
    decodeAttention: [
      { headDim: 128, kvDtype: 'bf16', window: 0, grid: decodeGrid(attention, limits), fit: undefined },
    ],
    prefillAttention: [
      { headDim: 128, kvDtype: 'bf16', window: 0, grid: promptGrid(attention), fit: undefined },
    ],
  };
}

function gemmGrid(dense: readonly MeasuredRow[], perSequence: readonly MeasuredRow[]): TimeGrid {
  const curve = (layer: string): number[] => {
    const rows = layer === 'lm_head' ? perSequence : dense;
    const measured = new Map(
      rows
        .filter((row) => textOf(row, 'layer') === layer)
        .map((row) => [
          numberOf(row, layer === 'lm_head' ? 'sequences' : 'tokens'),
          numberOf(row, 'time_us') * 1e-6,
        ]),
    );
    return TOKENS.map((tokens) => measured.get(tokens) ?? NaN);
  };
  const small = curve('o_proj'); // 4096 x 4096
  const wide = curve('gate_up_proj'); // 28672 x 4096
  const deep = curve('down_proj'); // 4096 x 14336
  const head = curve('lm_head').map((time, index) =>
    Number.isNaN(time) ? ((wide[index] ?? NaN) * 128256) / 28672 : time,
  );
  // (n, k = 4096), then the same for k = 14336 in the proportion that both have at n = 4096.
  const byN: readonly (readonly [number, readonly number[]])[] = [
    [SMALL, small.map((time) => shareOf(time, SMALL / 4096))],
    [4096, small],
    [6144, curve('qkv_proj')],
    [28672, wide],
    [128256, head],
  ];
  const ks = [SMALL, 4096, 14336];
  const times = byN.flatMap(([, line]) =>
    ks.flatMap((k) =>
      monotone(
        line.map((time, index) => {
          if (k === SMALL) return shareOf(time, SMALL / 4096);
          return k === 4096 ? time : (time * (deep[index] ?? NaN)) / (small[index] ?? NaN);
        }),
      ),
    ),
  );
  return { axes: [byN.map(([n]) => n), ks, TOKENS], times: Float64Array.from(times) };
}

/** A part of a matrix: its part of the time beyond the 2 us that the smallest kernels take in the same profiles. */
function shareOf(time: number, share: number): number {
  const smallest = 2e-6;
  return smallest + Math.max(0, time - smallest) * share;
}

/** Fewer KV heads on the GPU read as much as so many fewer rows. */
function decodeGrid(attention: readonly MeasuredRow[], limits: GpuLimits): TimeGrid {
  const time = lookup(attention);
  const rowsOfEight = ROWS.map((rows) => CONTEXT.map((context) => time(0, 0, rows, context)));
  const eight: TimeGrid = {
    axes: [ROWS, CONTEXT],
    times: Float64Array.from(
      rowsOfEight.flatMap((line, index) =>
        coldTimes(
          line,
          CONTEXT.map((context) => (ROWS[index] ?? 0) * context * BYTES_PER_TOKEN),
          limits,
        ),
      ),
    ),
  };
  const heads = [1, 2, 4, 8];
  const times = heads.flatMap((kvHeads) =>
    ROWS.flatMap((rows) =>
      CONTEXT.map((context) => timeAt(eight, [Math.max(1, (rows * kvHeads) / 8), context])),
    ),
  );
  return { axes: [heads, ROWS, CONTEXT], times: Float64Array.from(times) };
}

/**
 * Prompts up to 2048 tokens were measured whole. Longer ones are the integral of what 2048 tokens behind p others take,
 * straight between the measured p.
 */
function promptGrid(attention: readonly MeasuredRow[]): TimeGrid {
  const time = lookup(attention);
  const start = time(16, 0, 0, 0);
  const tokens = [...PROMPT];
  const times = PROMPT.map((length) => (length < 16 ? start : time(length, 0, 0, 0)));
  const rates = [0, ...BEHIND].map((computed) => ({
    at: computed + CHUNK / 2,
    rate: (time(CHUNK, computed, 0, 0) - start) / CHUNK,
  }));
  const rateAt = (at: number): number => {
    const after = Math.max(
      1,
      rates.findIndex((point) => point.at >= at),
    );
    const left = rates[after - 1] ?? { at: 0, rate: 0 };
    const right = rates[after] ?? left;
    return right.at === left.at
      ? right.rate
      : left.rate + ((right.rate - left.rate) * (at - left.at)) / (right.at - left.at);
  };
  for (let length = PROMPT.at(-1) ?? 0; length < 16384; length += CHUNK) {
    tokens.push(length + CHUNK);
    times.push((times.at(-1) ?? 0) + rateAt(length + CHUNK / 2) * CHUNK);
  }
  const heads = [4, 32];
  const grid = heads.flatMap((count) =>
    monotone(times).map((whole) => start + ((whole - start) * count) / 32),
  );
  return { axes: [heads, tokens], times: Float64Array.from(grid) };
}

/** Seconds at (prefill_chunk, kv_prefill, n_decode, kv_decode). */
function lookup(
  attention: readonly MeasuredRow[],
): (chunk: number, before: number, rows: number, context: number) => number {
  const byKey = new Map<string, number[]>();
  for (const row of attention) {
    const key = ['prefill_chunk', 'kv_prefill', 'n_decode', 'kv_decode']
      .map((name) => numberOf(row, name))
      .join();
    const times = byKey.get(key) ?? [];
    times.push(numberOf(row, 'time_us') * 1e-6);
    byKey.set(key, times);
  }
  return (...key) => median(byKey.get(key.join()) ?? []);
}
