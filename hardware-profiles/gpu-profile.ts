import * as z from 'zod';

import type { SourcePosition } from '../base/user-error.ts';
import { loadArchitecture, type ArchitectureProfile } from './architecture-profile.ts';
import { loadFabric, type FabricProfile } from './fabric-profile.ts';
import { figure, type Figure } from './figure.ts';
import { kernelLibrary, type KernelLibrary } from './kernel-library.ts';
import { parseProfile } from './profile-document.ts';
import { profileText, type ProfileSource } from './profile-source.ts';

/** Arithmetic that a tensor core does: what the operands of a matrix product are. */
export type PeakDtype = 'bf16' | 'fp8' | 'int8' | 'fp4';

/** One GPU as a server sees it. Bytes, bytes per second (links: per direction), flop per second, watts. */
export interface GpuProfile {
  readonly name: string;
  readonly maker: string;
  /** As the driver names it: vLLM chooses batch limits by it. */
  readonly deviceName: string;
  /** CUDA compute capability; undefined on other makers' GPUs. */
  readonly computeCapability: Figure | undefined;
  readonly architecture: ArchitectureProfile;
  readonly scaleUp: FabricProfile;
  /** GPUs that the scale-up fabric joins in one server. */
  readonly nodeGpus: number;
  /** What the driver reports to a process, not the size as sold. */
  readonly memory: Figure;
  readonly memoryBandwidth: Figure;
  readonly l2Cache: Figure;
  readonly multiprocessors: Figure;
  /** The clock at which the maker's peaks hold. */
  readonly tensorClock: Figure;
  /** Dense BF16 flop per multiprocessor and clock. */
  readonly flopPerClock: Figure;
  /** Dense peaks; a missing entry is arithmetic that the GPU does not have. */
  readonly peak: { readonly bf16: Figure } & { readonly [dtype in PeakDtype]?: Figure | undefined };
  readonly hostBandwidth: Figure;
  readonly networkBandwidth: Figure;
  readonly power: Figure;
  /** What was measured on it. */
  readonly kernels: KernelLibrary;
  /** A measured GPU of the same architecture, whose kernels stand for this one's, scaled by the roofline. */
  readonly donor: GpuProfile | undefined;
}

/** Reads a GPU profile and the fabric and architecture that it names. */
export function loadGpu(source: ProfileSource, name: string, at?: SourcePosition): GpuProfile {
  const raw = parseProfile(profileText(source, 'gpus', name, at), Schema);
  return {
    name: raw.name,
    maker: raw.maker,
    deviceName: raw.device_name,
    computeCapability: raw.compute_capability,
    architecture: loadArchitecture(source, raw.architecture),
    scaleUp: loadFabric(source, raw.scale_up),
    nodeGpus: raw.node_gpus,
    memory: raw.memory,
    memoryBandwidth: raw.memory_bandwidth,
    l2Cache: raw.l2_cache,
    multiprocessors: raw.multiprocessors,
    tensorClock: raw.tensor_clock,
    flopPerClock: raw.flop_per_clock,
    peak: raw.peak,
    hostBandwidth: raw.host_bandwidth,
    networkBandwidth: raw.network_bandwidth,
    power: raw.power,
    kernels: kernelLibrary(source, raw.name),
    donor: raw.kernels_like === undefined ? undefined : loadGpu(source, raw.kernels_like),
  };
}

const Schema = z.strictObject({
  name: z.string(),
  maker: z.string(),
  device_name: z.string(),
  architecture: z.string(),
  scale_up: z.string(),
  node_gpus: z.int().positive(),
  kernels_like: z.string().optional(),
  sources: z.record(z.string(), z.string()),
  compute_capability: figure().optional(),
  memory: figure('bytes'),
  memory_bandwidth: figure('bytesPerSecond'),
  l2_cache: figure('bytes'),
  multiprocessors: figure(),
  tensor_clock: figure('hertz'),
  flop_per_clock: figure(),
  peak: z.strictObject({
    bf16: figure('flopPerSecond'),
    fp8: figure('flopPerSecond').optional(),
    int8: figure('flopPerSecond').optional(),
    fp4: figure('flopPerSecond').optional(),
  }),
  host_bandwidth: figure('bytesPerSecond'),
  network_bandwidth: figure('bytesPerSecond'),
  power: figure('watts'),
});
