import { loadGpu } from '../../hardware-profiles/gpu-profile.ts';
import { kvBytesPerToken, type KvDtype } from '../../hardware-profiles/kv-layout.ts';
import { loadEngine } from '../../hardware-profiles/load-engine.ts';
import { WEIGHT_BYTES, type ModelProfile, type WeightFormat } from '../../hardware-profiles/model-profile.ts';
import { parameterCount } from '../../hardware-profiles/model-size.ts';
import type { ProfileSource } from '../../hardware-profiles/profile-source.ts';
import { timeAt } from '../../hardware-profiles/time-grid.ts';

/** A closed loop, and what was measured of it in seconds. */
export interface MeasuredLoad {
  readonly hardware: string;
  readonly engine: string;
  readonly model: ModelProfile;
  readonly stored: WeightFormat;
  readonly kvDtype: KvDtype;
  readonly gpus: number;
  readonly concurrency: number;
  /** Requests that the server runs at once as it was launched; undefined = not known. */
  readonly slots: number | undefined;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly ttft: number;
  readonly tpot: number;
}

/** Physical reasons why a closed loop cannot have been run as it is stated, on one engine with so many requests in it. */
export function doubtsAbout(profiles: ProfileSource): (load: MeasuredLoad) => string | undefined {
  const known = new Map<string, Reach>();
  return (load) => {
    const key = `${load.hardware} ${load.engine} ${load.stored}`;
    const reach = known.get(key) ?? reachOf(profiles, load);
    known.set(key, reach);
    const busy = shareOfTime(load, reach);
    if (busy > 1)
      return `takes at least ${percent(busy)} of the GPUs' time: it cannot be one engine that computes every prompt`;
    const waiting = load.ttft / durationOf(load);
    const letsAllIn = load.slots !== undefined && load.concurrency <= load.slots && hasRoom(load, reach);
    return letsAllIn && waiting > MOST_WAITING && busy < MOSTLY_IDLE
      ? `its clients wait ${percent(waiting)} of their time for a server with room for all of them and ${percent(busy)} of the time accounted for: it was not one engine with so many requests in it`
      : undefined;
  };
}

/*
 * A queue that holds half of the requests needs a server without a pause, and the products and readings counted here are
 * four tenths of such a server's time or more (rows of Qwen3-32B and Llama-3.1-70B at their highest concurrency).
 */
const MOST_WAITING = 0.5;
const MOSTLY_IDLE = 0.4;

/**
 * Share of the time that the GPUs need at the least: the matrix products, and behind them one reading of its context for
 * each output token at the peak bandwidth. Products take 2 flop per active parameter and token at the speed of the fastest
 * one that was measured on the GPU in that format (without one, the dense peak of the arithmetic; four-bit weights: that of
 * the GPU's best), and no less than one reading of the active weights each step.
 */
function shareOfTime(load: MeasuredLoad, { flopPerSecond, bytesPerSecond }: Reach): number {
  const { model, stored, kvDtype, gpus, concurrency, inputTokens, outputTokens, tpot } = load;
  const requestsPerSecond = concurrency / durationOf(load);
  const { active, embedding } = parameterCount(model);
  const flop = (inputTokens + outputTokens) * 2 * (active - embedding);
  const reading = tpot > 0 ? ((active - embedding) * WEIGHT_BYTES[stored]) / bytesPerSecond / tpot : 0;
  const context = outputTokens * (inputTokens + outputTokens / 2);
  const bytes = context * kvBytesPerToken(model, gpus, kvDtype);
  const products = Math.max((flop * requestsPerSecond) / flopPerSecond, reading);
  return (products + (bytes * requestsPerSecond) / bytesPerSecond) / gpus;
}

/** Whether the KV cache holds every request at its full length; a fifth of the memory is left to all but weights and cache. */
function hasRoom(load: MeasuredLoad, { memoryBytes }: Reach): boolean {
  const { model, stored, kvDtype, gpus, concurrency, inputTokens, outputTokens } = load;
  const cache = concurrency * (inputTokens + outputTokens) * kvBytesPerToken(model, gpus, kvDtype);
  const weights = parameterCount(model).total * WEIGHT_BYTES[stored];
  return cache + weights < 0.8 * memoryBytes * gpus;
}

function durationOf({ ttft, tpot, outputTokens }: MeasuredLoad): number {
  return ttft + tpot * (outputTokens - 1);
}

interface Reach {
  readonly flopPerSecond: number;
  readonly bytesPerSecond: number;
  readonly memoryBytes: number;
}

function reachOf(profiles: ProfileSource, { hardware, engine, stored }: MeasuredLoad): Reach {
  const { peak, kernels, memoryBandwidth, memory } = loadGpu(profiles, hardware);
  const { bf16, fp8, fp4 } = peak;
  const { value } =
    stored === 'bf16' ? bf16 : stored.startsWith('fp8') ? (fp8 ?? bf16) : (fp4 ?? fp8 ?? bf16);
  const speeds = kernels.nearest(loadEngine(profiles, engine)).flatMap(({ gemm }) =>
    gemm
      .filter(({ format }) => format === stored)
      .flatMap(({ grid }) => {
        const [ns = [], ks = [], ms = []] = grid.axes;
        return ns.flatMap((n) => ks.flatMap((k) => ms.map((m) => (2 * n * k * m) / timeAt(grid, [n, k, m]))));
      }),
  );
  const fastest = speeds.reduce((best, one) => Math.max(best, one), 0);
  return {
    flopPerSecond: fastest > 0 ? Math.min(value, fastest) : value,
    bytesPerSecond: memoryBandwidth.value,
    memoryBytes: memory.value,
  };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}
