import * as z from 'zod';

import { figure, type Figure } from './figure.ts';
import { parseProfile } from './profile-document.ts';
import { profileText, type ProfileSource } from './profile-source.ts';

/** What kernels of one GPU generation reach: shares of the GPU's peak flop rate and memory bandwidth, and seconds. */
export interface ArchitectureProfile {
  readonly name: string;
  readonly gemm: {
    readonly latency: Figure;
    readonly bf16: Efficiency;
    readonly fp8: Efficiency;
    /** Four-bit weights, multiplied in BF16: share of the bandwidth; the arithmetic is that of `bf16`. */
    readonly fourBit: { readonly bandwidth: Figure };
  };
  readonly decodeAttention: {
    readonly latency: Figure;
    /** Per sequence and KV head on the GPU. */
    readonly perRow: Figure;
    readonly bandwidth: Figure;
    readonly fp8Bandwidth: Figure;
    /**
     * Seconds per token of standard deviation among the contexts of a batch, once every sequence is read by one
     * multiprocessor; undefined where the kernel splits long sequences by itself.
     */
    readonly skewPerToken: Figure | undefined;
    /** Of what sequences with a common prefix read again, the share that the L2 cache gives; undefined = none. */
    readonly sharedReadsCached: Figure | undefined;
  };
  readonly prefillAttention: {
    readonly latency: Figure;
    readonly flops: Figure;
    /** For the cost per token that comes on top of the arithmetic: over the bytes of Q, K, V and output. */
    readonly bandwidth: Figure;
    /**
     * Query rows that one block of the kernel takes, where the kernel neither packs heads nor splits contexts in a
     * batch that holds a prompt (FlashAttention 2): a single row then costs as much as a whole block. Undefined elsewhere.
     */
    readonly blockRows: Figure | undefined;
  };
  readonly elementwise: { readonly bandwidth: Figure };
}

export interface Efficiency {
  readonly bandwidth: Figure;
  readonly flops: Figure;
}

export function loadArchitecture(source: ProfileSource, name: string): ArchitectureProfile {
  const raw = parseProfile(profileText(source, 'architectures', name), Schema);
  const { latency, bf16, fp8, four_bit } = raw.gemm;
  const decode = raw.decode_attention;
  const prefill = raw.prefill_attention;
  return {
    name: raw.name,
    gemm: { latency, bf16, fp8, fourBit: four_bit },
    decodeAttention: {
      latency: decode.latency,
      perRow: decode.per_row,
      bandwidth: decode.bandwidth,
      fp8Bandwidth: decode.fp8_bandwidth,
      skewPerToken: decode.skew_per_token,
      sharedReadsCached: decode.shared_reads_cached,
    },
    prefillAttention: {
      latency: prefill.latency,
      flops: prefill.flops,
      bandwidth: prefill.bandwidth,
      blockRows: prefill.block_rows,
    },
    elementwise: raw.elementwise,
  };
}

const EfficiencySchema = z.strictObject({ bandwidth: figure(), flops: figure() });

const Schema = z.strictObject({
  name: z.string(),
  sources: z.record(z.string(), z.string()),
  gemm: z.strictObject({
    latency: figure('seconds'),
    bf16: EfficiencySchema,
    fp8: EfficiencySchema,
    four_bit: z.strictObject({ bandwidth: figure() }),
  }),
  decode_attention: z.strictObject({
    latency: figure('seconds'),
    per_row: figure('seconds'),
    bandwidth: figure(),
    fp8_bandwidth: figure(),
    skew_per_token: figure('seconds').optional(),
    shared_reads_cached: figure().optional(),
  }),
  prefill_attention: z.strictObject({
    latency: figure('seconds'),
    flops: figure(),
    bandwidth: figure(),
    block_rows: figure().optional(),
  }),
  elementwise: z.strictObject({ bandwidth: figure() }),
});
