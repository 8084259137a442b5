import type { Seconds, Tokens } from '../../base/units.ts';
import type { GpuProfile } from '../../hardware-profiles/gpu-profile.ts';
import { kvHeadsPerGpu, type KvDtype } from '../../hardware-profiles/kv-layout.ts';
import type {
  GroupedQueryAttention,
  LatentAttention,
  ModelProfile,
} from '../../hardware-profiles/model-profile.ts';
import { mixedAttention, type MixedAttentionKernel } from './mixed-attention.ts';
import type { AttentionShape, LatentShape, OperatorTimes } from './operator-times.ts';
import { scaled, valueAt } from './piecewise-line.ts';
import type { MixedBatch, StepCost } from './step-cost.ts';

/** The attention of all layers of a model on one GPU of its group. */
export type AttentionCost = Pick<StepCost, 'decodeAttention' | 'windowAttention' | 'skew' | 'mixedAttention'>;

export interface AttentionCostInput {
  readonly operators: OperatorTimes;
  readonly gpu: GpuProfile;
  readonly model: ModelProfile;
  readonly tensorParallelSize: number;
  readonly kvDtype: KvDtype;
}

export function attentionCost(input: AttentionCostInput): AttentionCost {
  const { attention } = input.model;
  return attention.kind === 'mla' ? latentCost(input, attention) : groupedCost(input, attention);
}

function groupedCost(
  { operators, gpu, model, tensorParallelSize, kvDtype }: AttentionCostInput,
  attention: GroupedQueryAttention,
): AttentionCost {
  const { window } = model;
  const sliding = window?.layers ?? 0;
  const full = model.layers - model.linearLayers - sliding;
  const shape: AttentionShape = {
    heads: attention.heads / tensorParallelSize,
    kvHeads: kvHeadsPerGpu(attention.kvHeads, tensorParallelSize),
    headDim: attention.headDim,
    kvDtype,
  };
  const { decodeAttention, prefillAttention } = gpu.architecture;
  const multiprocessors = gpu.multiprocessors.value;
  /** One layer: below 0.8 blocks per multiprocessor the kernel splits contexts (FlashAttention num_splits_heuristic). */
  const skew = (rows: number, variance: number): Seconds =>
    decodeAttention.skewPerToken === undefined || rows * shape.kvHeads < 0.8 * multiprocessors
      ? 0
      : decodeAttention.skewPerToken.value * Math.sqrt(variance);
  const kernel: MixedAttentionKernel = {
    operators,
    shape,
    decodeLine: (rows) => operators.decodeAttention(shape, rows),
    skew,
    multiprocessors,
    blockRows: prefillAttention.blockRows?.value,
  };
  const windowed: MixedAttentionKernel = {
    ...kernel,
    operators: window === undefined ? operators : withinWindow(operators, window.tokens),
    skew: () => 0,
  };
  return {
    decodeAttention: (rows) => scaled(operators.decodeAttention(shape, rows), full),
    windowAttention: (rows) =>
      window === undefined ? undefined : scaled(operators.decodeAttention(shape, rows), sliding),
    skew: (rows, variance) => full * skew(rows, variance),
    mixedAttention: (batch: MixedBatch): Seconds =>
      (full === 0 ? 0 : full * mixedAttention(kernel, batch, batch.decodeContext)) +
      (sliding === 0 ? 0 : sliding * mixedAttention(windowed, batch, batch.windowContext)),
  };
}

/** Prompt attention where every token sees only the last `window`: beyond it the time grows straight. */
function withinWindow(operators: OperatorTimes, window: Tokens): OperatorTimes {
  return {
    ...operators,
    promptAttention(shape, tokens) {
      if (tokens <= window) return operators.promptAttention(shape, tokens);
      const reach = Math.max(64, window / 8);
      const slope =
        (operators.promptAttention(shape, window + reach) - operators.promptAttention(shape, window)) / reach;
      return operators.promptAttention(shape, window) + slope * (tokens - window);
    },
  };
}

function latentCost(
  { operators, model, tensorParallelSize, kvDtype }: AttentionCostInput,
  attention: LatentAttention,
): AttentionCost {
  const shape: LatentShape = {
    attention,
    heads: attention.heads / tensorParallelSize,
    hiddenSize: model.hiddenSize,
    format: model.weights.attention,
    kvDtype,
  };
  return {
    decodeAttention: (rows) => scaled(operators.latentDecode(shape, rows), model.layers),
    windowAttention: () => undefined,
    skew: () => 0,
    mixedAttention({ decodeRows, decodeContext, chunks, chunkTokens, chunkComputed }): Seconds {
      // Projections read their weights once for the whole step: the first part pays for it, the rest adds its growth.
      const empty = operators.latentPrompt(shape, 1);
      let time = decodeRows > 0 ? valueAt(operators.latentDecode(shape, decodeRows), decodeContext) : empty;
      for (let chunk = 0; chunk < chunks; chunk++) {
        const computed = chunkComputed[chunk] ?? 0;
        const end = computed + (chunkTokens[chunk] ?? 0);
        time += operators.latentPrompt(shape, end) - operators.latentPrompt(shape, Math.max(1, computed));
      }
      return model.layers * time;
    },
  };
}
