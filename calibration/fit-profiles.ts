/*
 * npm run fit-profiles [-- MEASURED_FOLDER]: reads measured kernels (aiconfigurator's Parquet tables, one folder per
 * GPU) and writes hardware-profiles/kernels/. Anyone with the tables can run it again; equal input gives equal files.
 */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

import { allReduceTables } from './fit/all-reduce-tables.ts';
import { decodeAttentionTables, prefillAttentionTables, type GpuLimits } from './fit/attention-tables.ts';
import { expertTables } from './fit/expert-tables.ts';
import { gemmTables } from './fit/gemm-tables.ts';
import { latentDecodeTables, latentPrefillTables } from './fit/latent-tables.ts';
import type { MeasuredRow } from './fit/measured-rows.ts';
import { printKernelTables } from './fit/print-kernel-tables.ts';

/** Measured folder -> GPU profile, and the limits that the profile states. */
const GPUS: Readonly<Record<string, { profile: string; limits: GpuLimits }>> = {
  a100_sxm: {
    profile: 'a100-sxm-80gb',
    limits: { bytesPerSecond: 2.039e12, l2Bytes: 40e6, flopPerSecond: 312e12 },
  },
  h100_sxm: {
    profile: 'h100-sxm-80gb',
    limits: { bytesPerSecond: 3.35e12, l2Bytes: 50e6, flopPerSecond: 989e12, decodeKernel: 'fa3' },
  },
  h200_sxm: {
    profile: 'h200-sxm-141gb',
    limits: { bytesPerSecond: 4.8e12, l2Bytes: 50e6, flopPerSecond: 989e12, decodeKernel: 'fa3' },
  },
  b200_sxm: {
    profile: 'b200-sxm-180gb',
    limits: { bytesPerSecond: 7.7e12, l2Bytes: 126e6, flopPerSecond: 2250e12 },
  },
  l40s: { profile: 'l40s-48gb', limits: { bytesPerSecond: 864e9, l2Bytes: 96e6, flopPerSecond: 362e12 } },
};

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PROJECT = path.basename(ROOT) === 'dist' ? path.dirname(ROOT) : ROOT;
const measured =
  process.argv[2] ??
  path.join(process.env['FLEETCAST_SHARED'] ?? path.join(PROJECT, '../shared'), 'data/kernels');
const target = path.join(PROJECT, 'hardware-profiles/kernels');

if (!existsSync(measured)) {
  process.stderr.write(`fit-profiles: there is no folder ${measured}\n`);
  process.exit(1);
}
mkdirSync(target, { recursive: true });
for (const [folder, { profile, limits }] of Object.entries(GPUS)) {
  for (const version of versionsOf(folder)) await fit(folder, version, profile, limits);
}

async function fit(folder: string, version: string, profile: string, limits: GpuLimits): Promise<void> {
  const sources: Record<string, string> = {};
  const read = async (kind: string, file: string): Promise<MeasuredRow[]> => {
    const relative = `${kind}/vllm/${version}/${file}_perf.parquet`;
    const full = path.join(measured, folder, relative);
    if (!existsSync(full)) return [];
    sources[file] = `ai-dynamo/aiconfigurator systems/data/${folder}/${relative} at 095f58a, Apache-2.0`;
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(full), compressors });
    return rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value]),
      ),
    );
  };
  const gemm = gemmTables(await read('gemm', 'gemm'));
  const decode = decodeAttentionTables(await read('attention', 'generation_attention'), limits);
  const prefill = prefillAttentionTables(await read('attention', 'context_attention'), limits);
  const tables = {
    gpu: profile,
    version,
    leftOut: [...gemm.leftOut, ...decode.leftOut, ...prefill.leftOut],
    gemm: gemm.tables,
    decodeAttention: decode.tables,
    prefillAttention: prefill.tables,
    experts: expertTables(await read('moe', 'moe')),
    latentDecode: latentDecodeTables(await read('mla', 'mla_generation_module')),
    latentPrefill: latentPrefillTables(await read('mla', 'mla_context_module')),
    allReduce: allReduceTables(await read('comm', 'custom_allreduce')),
  };
  const name = `${profile}--vllm-${version.replace(/\.0$/, '')}`;
  const text = printKernelTables(tables, sources);
  writeFileSync(path.join(target, `${name}.json`), text);
  process.stdout.write(`${name}: ${(text.length / 1024).toFixed(0)} KiB\n`);
}

function versionsOf(folder: string): string[] {
  const full = path.join(measured, folder, 'gemm/vllm');
  return existsSync(full) ? readdirSync(full).sort() : [];
}
