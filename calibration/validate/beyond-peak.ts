import { loadGpu } from '../../hardware-profiles/gpu-profile.ts';
import { kvBytesPerToken, type KvDtype } from '../../hardware-profiles/kv-layout.ts';
import { loadEngine } from '../../hardware-profiles/load-engine.ts';
import type { ModelProfile, WeightFormat } from '../../hardware-profiles/model-profile.ts';
import { parameterCount } from '../../hardware-profiles/model-size.ts';
import type { ProfileSource } from '../../hardware-profiles/profile-source.ts';
import { timeAt } from '../../hardware-profiles/time-grid.ts';

/** What a closed loop asked of the GPUs of one engine. */
export interface NeededOfGpus {
  readonly hardware: string;
  readonly engine: string;
  readonly model: ModelProfile;
  readonly stored: WeightFormat;
  readonly kvDtype: KvDtype;
  readonly gpus: number;
  readonly requestsPerSecond: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/**
 * Share of the time that the GPUs need at the least: 2 flop per active parameter and token at the speed of the fastest matrix
 * product that was measured on the GPU in that format (without one, the dense peak of the arithmetic; four-bit weights: that
 * of the GPU's best), and behind them one reading of its context for each output token at the peak bandwidth. Above 1 the
 * load cannot be that of one engine that computes every prompt.
 */
export function shareOfReach(profiles: ProfileSource): (needed: NeededOfGpus) => number {
  const known = new Map<string, Reach>();
  return (needed) => {
    const { hardware, engine, model, stored, kvDtype, gpus, requestsPerSecond } = needed;
    const { inputTokens, outputTokens } = needed;
    const key = `${hardware} ${engine} ${stored}`;
    const reach = known.get(key) ?? reachOf(profiles, hardware, engine, stored);
    known.set(key, reach);
    const { active, embedding } = parameterCount(model);
    const flop = (inputTokens + outputTokens) * 2 * (active - embedding);
    const context = outputTokens * (inputTokens + outputTokens / 2);
    const bytes = context * kvBytesPerToken(model, gpus, kvDtype);
    return (requestsPerSecond * (flop / reach.flopPerSecond + bytes / reach.bytesPerSecond)) / gpus;
  };
}

interface Reach {
  readonly flopPerSecond: number;
  readonly bytesPerSecond: number;
}

function reachOf(profiles: ProfileSource, hardware: string, engine: string, format: WeightFormat): Reach {
  const { peak, kernels, memoryBandwidth } = loadGpu(profiles, hardware);
  const { bf16, fp8, fp4 } = peak;
  const { value } =
    format === 'bf16' ? bf16 : format.startsWith('fp8') ? (fp8 ?? bf16) : (fp4 ?? fp8 ?? bf16);
  const speeds = kernels.nearest(loadEngine(profiles, engine)).flatMap(({ gemm }) =>
    gemm
      .filter((table) => table.format === format)
      .flatMap(({ grid }) => {
        const [ns = [], ks = [], ms = []] = grid.axes;
        return ns.flatMap((n) => ks.flatMap((k) => ms.map((m) => (2 * n * k * m) / timeAt(grid, [n, k, m]))));
      }),
  );
  const fastest = speeds.reduce((best, one) => Math.max(best, one), 0);
  return {
    flopPerSecond: fastest > 0 ? Math.min(value, fastest) : value,
    bytesPerSecond: memoryBandwidth.value,
  };
}
