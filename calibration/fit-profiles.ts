/*
 * npm run fit-profiles [-- MEASURED_FOLDER]: reads measured kernels (aiconfigurator's Parquet tables, one folder per
 * GPU) and writes hardware-profiles/kernels/. Anyone with the tables can run it again; equal input gives equal files.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { parse } from 'csv-parse/sync';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

import type { KernelTables } from '../hardware-profiles/kernel-tables.ts';
import { allReduceTables } from './fit/all-reduce-tables.ts';
import { decodeAttentionTables, prefillAttentionTables, type GpuLimits } from './fit/attention-tables.ts';
import { expertTables } from './fit/expert-tables.ts';
import { gemmTables } from './fit/gemm-tables.ts';
import { layerProfileTables } from './fit/layer-profile-tables.ts';
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
    limits: {
      bytesPerSecond: 7.7e12,
      l2Bytes: 126e6,
      flopPerSecond: 2250e12,
      fp8ExpertKernel: 'flashinfer',
    },
  },
  l40s: { profile: 'l40s-48gb', limits: { bytesPerSecond: 864e9, l2Bytes: 96e6, flopPerSecond: 362e12 } },
};

/** Folders of LLMServingSim's layer profiles -> GPU profile and vLLM version (meta.yaml). */
const LAYER_PROFILES: Readonly<Record<string, { profile: string; version: string; limits: GpuLimits }>> = {
  'rtx4090/llama-3.1-8b-bf16-tp1': {
    profile: 'rtx-4090-24gb',
    version: '0.19.0',
    limits: { bytesPerSecond: 1.008e12, l2Bytes: 72e6, flopPerSecond: 165.2e12 },
  },
  'rtxpro6000/llama-3.1-8b-bf16-tp1': {
    profile: 'rtx-pro-6000-96gb',
    version: '0.19.0',
    limits: { bytesPerSecond: 1.597e12, l2Bytes: 128e6, flopPerSecond: 503.8e12 },
  },
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

for (const [folder, { profile, version, limits }] of Object.entries(LAYER_PROFILES))
  fitLayers(folder, profile, version, limits);

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
  const experts = expertTables(await read('moe', 'moe'), limits);
  const tables = {
    gpu: profile,
    version,
    leftOut: [...gemm.leftOut, ...decode.leftOut, ...prefill.leftOut, ...experts.leftOut],
    gemm: gemm.tables,
    decodeAttention: decode.tables,
    prefillAttention: prefill.tables,
    experts: experts.tables,
    latentDecode: latentDecodeTables(await read('mla', 'mla_generation_module')),
    latentPrefill: latentPrefillTables(await read('mla', 'mla_context_module')),
    allReduce: allReduceTables(await read('comm', 'custom_allreduce')),
  };
  write(tables, sources);
}

function fitLayers(folder: string, profile: string, version: string, limits: GpuLimits): void {
  const read = (file: string): MeasuredRow[] => {
    const text = readFileSync(path.join(measured, folder, `${file}.csv`), 'utf8');
    return parse(text, {
      columns: true,
      cast: (value) => (value === '' || Number.isNaN(Number(value)) ? value : Number(value)),
    });
  };
  if (!existsSync(path.join(measured, folder, 'dense.csv'))) return;
  const source = (file: string): string =>
    `casys-kaist/LLMServingSim profiler/perf/${folder}/${file}.csv, MIT`;
  write(
    {
      gpu: profile,
      version,
      leftOut: [],
      experts: [],
      latentDecode: [],
      latentPrefill: [],
      allReduce: [],
      ...layerProfileTables(
        {
          dense: read('dense'),
          perSequence: read('per_sequence'),
          attention: read('attention'),
        },
        limits,
      ),
    },
    { dense: source('dense'), per_sequence: source('per_sequence'), attention: source('attention') },
  );
}

function write(tables: Omit<KernelTables, 'name'>, sources: Readonly<Record<string, string>>): void {
  const name = `${tables.gpu}--vllm-${tables.version.replace(/\.0$/, '')}`;
  const text = printKernelTables(tables, sources);
  writeFileSync(path.join(target, `${name}.json`), text);
  process.stdout.write(`${name}: ${(text.length / 1024).toFixed(0)} KiB\n`);
}

function versionsOf(folder: string): string[] {
  const full = path.join(measured, folder, 'gemm/vllm');
  return existsSync(full) ? readdirSync(full).sort() : [];
}
