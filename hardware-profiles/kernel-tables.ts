import * as z from 'zod';

import { UserError } from '../base/user-error.ts';
import type { KvDtype } from './kv-layout.ts';
import type { WeightFormat } from './model-profile.ts';
import { profileText, type ProfileSource } from './profile-source.ts';
import { decodeTimes } from './time-codes.ts';
import type { TimeGrid } from './time-grid.ts';

/** Measured kernels of one GPU under one engine version, thinned out by `npm run fit-profiles`. Sizes per GPU. */
export interface KernelTables {
  /** `<gpu>--vllm-<version>`. */
  readonly name: string;
  readonly gpu: string;
  readonly version: string;
  /** What was measured and left out of this file, and why. */
  readonly leftOut: readonly string[];
  /** Axes n, k, m. */
  readonly gemm: readonly (FittedGrid & { readonly format: WeightFormat })[];
  /** Axes KV heads, rows, context per row. */
  readonly decodeAttention: readonly AttentionTable[];
  /** Axes heads, tokens of one sequence. */
  readonly prefillAttention: readonly AttentionTable[];
  /** Axes way of sharing (index), tokens; routing as a power law. */
  readonly experts: readonly ExpertTable[];
  /** Attention of latent models with its projections. Axes heads, rows, context per row. */
  readonly latentDecode: readonly LatentTable[];
  /** The same for prompts. Axes heads, tokens of one sequence. */
  readonly latentPrefill: readonly LatentTable[];
  /** Axes GPUs, bytes. */
  readonly allReduce: readonly (FittedGrid & { readonly inGraph: boolean })[];
}

export interface FittedGrid {
  readonly grid: TimeGrid;
  /** Errors of interpolation at measured points that the grid does not hold; undefined where it holds all. */
  readonly fit: FitError | undefined;
}

/** Absolute relative errors. */
export interface FitError {
  readonly points: number;
  readonly median: number;
  readonly mean: number;
  readonly p90: number;
}

export interface AttentionTable extends FittedGrid {
  readonly headDim: number;
  readonly kvDtype: KvDtype;
  /** Sliding window in tokens; 0 = the whole context. */
  readonly window: number;
}

export interface ExpertTable extends FittedGrid {
  readonly format: WeightFormat;
  readonly hiddenSize: number;
  readonly width: number;
  readonly experts: number;
  readonly topK: number;
  /** Ways of sharing a layer among GPUs: [tensor parallel size, expert parallel size]. */
  readonly sharing: readonly (readonly [number, number])[];
}

export interface LatentTable extends FittedGrid {
  readonly kvDtype: KvDtype;
  readonly format: WeightFormat;
}

/** Reads a kernel table by name. */
export function loadKernelTables(source: ProfileSource, name: string): KernelTables {
  const { file, text } = profileText(source, 'kernels', name);
  const result = Schema.safeParse(JSON.parse(text));
  if (!result.success)
    throw new UserError({
      code: 'E_PROFILE',
      message: `is no kernel table: ${result.error.issues[0]?.message ?? ''}`,
      at: { file },
      hint: 'npm run fit-profiles writes these files',
    });
  const raw = result.data;
  const attention = (
    table: z.output<typeof Attention>,
    axes: readonly (readonly number[])[],
  ): AttentionTable => ({
    headDim: table.head_dim,
    kvDtype: table.kv,
    window: table.window,
    ...fitted(table, axes),
  });
  return {
    name,
    gpu: raw.gpu,
    version: raw.version,
    leftOut: raw.left_out,
    gemm: raw.gemm.map((table) => ({ format: table.format, ...fitted(table, [table.n, table.k, table.m]) })),
    decodeAttention: raw.decode_attention.map((table) =>
      attention(table, [table.kv_heads, table.rows, table.context]),
    ),
    prefillAttention: raw.prefill_attention.map((table) => attention(table, [table.heads, table.tokens])),
    experts: raw.experts.map((table) => ({
      format: table.format,
      hiddenSize: table.hidden,
      width: table.width,
      experts: table.experts,
      topK: table.top_k,
      sharing: table.sharing,
      ...fitted(table, [table.sharing.map((_, index) => index), table.tokens]),
    })),
    latentDecode: raw.latent_decode.map((table) => ({
      kvDtype: table.kv,
      format: table.format,
      ...fitted(table, [table.heads, table.rows, table.context]),
    })),
    latentPrefill: raw.latent_prefill.map((table) => ({
      kvDtype: table.kv,
      format: table.format,
      ...fitted(table, [table.heads, table.tokens]),
    })),
    allReduce: raw.all_reduce.map((table) => ({
      inGraph: table.graph,
      ...fitted(table, [table.gpus, table.bytes]),
    })),
  };
}

function fitted(
  table: { times: Float64Array; fit?: FitError | undefined },
  axes: readonly (readonly number[])[],
): FittedGrid {
  return { grid: { axes, times: table.times }, fit: table.fit };
}

const Axis = z.array(z.number()).min(1);
const Format = z.enum(['bf16', 'fp8', 'fp8-block', 'int8', 'int4', 'mxfp4', 'nvfp4']);
const Kv = z.enum(['bf16', 'fp8']);
const Table = z.strictObject({
  fit: z.strictObject({ points: z.int(), median: z.number(), mean: z.number(), p90: z.number() }).optional(),
  times: z.string().transform((text, context) => {
    const times = decodeTimes(text);
    if (times !== undefined) return times;
    context.addIssue({ code: 'custom', message: 'is no text of two-digit time codes' });
    return z.NEVER;
  }),
});
const Attention = Table.extend({ head_dim: z.int(), kv: Kv, window: z.int() });

const Schema = z.strictObject({
  about: z.array(z.string()),
  gpu: z.string(),
  engine: z.literal('vllm'),
  version: z.string(),
  sources: z.record(z.string(), z.string()),
  left_out: z.array(z.string()),
  gemm: z.array(Table.extend({ format: Format, n: Axis, k: Axis, m: Axis })),
  decode_attention: z.array(Attention.extend({ kv_heads: Axis, rows: Axis, context: Axis })),
  prefill_attention: z.array(Attention.extend({ heads: Axis, tokens: Axis })),
  experts: z.array(
    Table.extend({
      format: Format,
      hidden: z.int(),
      width: z.int(),
      experts: z.int(),
      top_k: z.int(),
      sharing: z.array(z.tuple([z.int(), z.int()])).min(1),
      tokens: Axis,
    }),
  ),
  latent_decode: z.array(Table.extend({ kv: Kv, format: Format, heads: Axis, rows: Axis, context: Axis })),
  latent_prefill: z.array(Table.extend({ kv: Kv, format: Format, heads: Axis, tokens: Axis })),
  all_reduce: z.array(Table.extend({ graph: z.boolean(), gpus: Axis, bytes: Axis })),
});
