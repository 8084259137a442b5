import { invariant } from '../../base/invariant.ts';
import type { Blocks, Bytes } from '../../base/units.ts';
import type { ValuePath } from '../../base/yaml-text.ts';
import { blocksOfKvCacheTokens, type WindowGroups } from '../../hardware-profiles/kv-cache-tokens.ts';
import {
  kvCapacity,
  type KvCapacityInput,
  type MemoryBreakdown,
} from '../../hardware-profiles/kv-capacity.ts';
import type { EngineSpec } from '../schema/pool-schema.ts';
import type { Notes } from './notes.ts';

/** A pin that differs from the computed capacity by more than this share is labelled. */
const PIN_TOLERANCE = 0.1;

/** KV blocks that the scenario gives outright, the null block included; undefined = they are to be computed. */
export function pinnedBlocks(
  engine: EngineSpec,
  maxModelLen: number,
  blockSize: number,
  windows: WindowGroups | undefined,
): { readonly blocks: Blocks; readonly key: string } | undefined {
  if (engine.num_gpu_blocks !== undefined) return { blocks: engine.num_gpu_blocks, key: 'num_gpu_blocks' };
  if (engine.num_gpu_blocks_override !== undefined) {
    return { blocks: engine.num_gpu_blocks_override, key: 'num_gpu_blocks_override' };
  }
  if (engine.kv_cache_tokens !== undefined) {
    const blocks = blocksOfKvCacheTokens(engine.kv_cache_tokens, maxModelLen, blockSize, windows);
    return { blocks, key: 'kv_cache_tokens' };
  }
  return undefined;
}

/**
 * KV blocks of a model server on real hardware: pinned, or computed from its profiles. A model that does not fit, and a
 * pin that no memory could hold, are problems; a pin far from the computed capacity is a label.
 */
export function kvBlocksOf(
  input: KvCapacityInput,
  engine: EngineSpec,
  windows: WindowGroups | undefined,
  pool: ValuePath,
  notes: Notes,
): Blocks {
  const computed = kvCapacity(input);
  const pin = pinnedBlocks(engine, input.maxModelLen, input.blockSize, windows);
  if (pin !== undefined) {
    checkPin(pin, computed.fits ? computed.blocks : undefined, input, computed.breakdown, pool, notes);
    return pin.blocks;
  }
  if (computed.fits) return computed.blocks;
  const { gpu, model, tensorParallelSize } = input;
  notes.problem(
    'E_DOES_NOT_FIT',
    [...pool, 'hardware'],
    `${gpu.name}: ${model.name} does not fit, ${gib(computed.missingBytes)} are missing on each of ${tensorParallelSize} GPU${tensorParallelSize === 1 ? '' : 's'}`,
    `${describe(computed.breakdown)}; ${wayOut(input)}`,
  );
  return 2;
}

function checkPin(
  { blocks, key }: { readonly blocks: Blocks; readonly key: string },
  computed: Blocks | undefined,
  { gpu }: KvCapacityInput,
  { memory, weights, bytesPerBlock }: MemoryBreakdown,
  pool: ValuePath,
  notes: Notes,
): void {
  const path = [...pool, 'engine', key];
  const pinned = blocks * bytesPerBlock;
  if (weights + pinned > memory) {
    notes.problem(
      'E_DOES_NOT_FIT',
      path,
      `asks for ${gib(weights)} of weights + ${gib(pinned)} of KV cache = ${gib(weights + pinned)} on each GPU, but the driver of ${gpu.name} reports ${gib(memory)}`,
      `at most ${Math.floor((memory - weights) / bytesPerBlock)} blocks fit beside the weights${computed === undefined ? '' : `; ${computed} are what the profiles give`}`,
    );
    return;
  }
  const off = computed === undefined ? Infinity : Math.abs(blocks / computed - 1);
  if (off <= PIN_TOLERANCE) return;
  notes.label(
    'pinned-kv',
    computed === undefined
      ? `${blocks} KV ${blocks === 1 ? 'block is' : 'blocks are'} given, but by the profiles the model does not fit at all`
      : `${blocks} KV ${blocks === 1 ? 'block is' : 'blocks are'} given, the profiles give ${computed} (${blocks > computed ? '+' : ''}${((blocks / computed - 1) * 100).toFixed(0)} %)`,
    path,
  );
}

function describe({ memory, requested, weights, activation, nonTorch, cudaGraphs }: MemoryBreakdown): string {
  return `of ${gib(memory)} the server may use ${gib(requested)}; weights take ${gib(weights)}, activations ${gib(activation)}, CUDA and graphs ${gib(nonTorch + cudaGraphs)}`;
}

/** What would make it fit: more of the memory, or the least number of GPUs of one server. */
function wayOut(input: KvCapacityInput): string {
  const { gpuMemoryUtilization: usual } = input.engine.defaults;
  if (input.gpuMemoryUtilization !== undefined && input.gpuMemoryUtilization < usual) {
    if (kvCapacity({ ...input, gpuMemoryUtilization: usual }).fits)
      return `gpu_memory_utilization ${usual} fits`;
  }
  for (let size = input.tensorParallelSize * 2; size <= input.gpu.nodeGpus; size *= 2) {
    if (kvCapacity({ ...input, tensorParallelSize: size }).fits) return `tensor_parallel_size ${size} fits`;
  }
  return 'take a GPU with more memory or a smaller model';
}

/** Bytes as people compare them: `12.3 GiB`. */
function gib(bytes: Bytes): string {
  invariant(Number.isFinite(bytes), 'sizes are finite', { bytes });
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
