import type { Seconds, Tokens } from '../../base/units.ts';
import type { GpuProfile } from '../../hardware-profiles/gpu-profile.ts';
import { kvHeadsPerGpu } from '../../hardware-profiles/kv-layout.ts';
import type {
  GroupedQueryAttention,
  LatentAttention,
  ModelProfile,
} from '../../hardware-profiles/model-profile.ts';
import { mixedAttention, type MixedAttentionKernel } from './mixed-attention.ts';
import type { AttentionShape, LatentShape, OperatorTimes, PromptTime } from './operator-times.ts';
import { scaled, valueAt, type PiecewiseLine } from './piecewise-line.ts';
import type { MixedBatch, StepCost } from './step-cost.ts';

/** The attention of all layers of a model on one GPU of its group. */
export type AttentionCost = Pick<
  StepCost,
  'decodeAttention' | 'windowAttention' | 'readFromCache' | 'skew' | 'mixedAttention'
>;

export interface AttentionCostInput {
  readonly operators: OperatorTimes;
  readonly gpu: GpuProfile;
  readonly model: ModelProfile;
  readonly tensorParallelSize: number;
  readonly kvDtype: 'bf16' | 'fp8';
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
  const full = model.attentionLayers - sliding;
  const shape: AttentionShape = {
    heads: attention.heads / tensorParallelSize,
    kvHeads: kvHeadsPerGpu(attention.kvHeads, tensorParallelSize),
    headDim: attention.headDim,
    kvDtype,
  };
  const { decodeAttention, prefillAttention } = gpu.architecture;
  const multiprocessors = gpu.multiprocessors.value;
  /** One layer: below 1.6 blocks per multiprocessor the kernel splits contexts (FlashAttention 2 num_splits_heuristic). */
  const skew = (rows: number, variance: number): Seconds =>
    decodeAttention.skewPerToken === undefined || rows * shape.kvHeads < 1.6 * multiprocessors
      ? 0
      : decodeAttention.skewPerToken.value * Math.sqrt(variance);
  const decodeLine = remembered((rows) => operators.decodeAttention(shape, rows));
  const prompt = operators.promptAttention(shape);
  const kernel: MixedAttentionKernel = {
    start: operators.promptLatency(shape),
    prompt,
    heads: shape.heads,
    decodeLine,
    skew,
    multiprocessors,
    blockRows: prefillAttention.blockRows?.value,
    window: undefined,
  };
  const windowed: MixedAttentionKernel = {
    ...kernel,
    prompt: window === undefined ? prompt : withinWindow(prompt, window.tokens),
    skew: () => 0,
    window: window?.tokens,
  };
  return {
    decodeAttention: (rows) => scaled(decodeLine(rows), full),
    windowAttention: (rows) => (window === undefined ? undefined : scaled(decodeLine(rows), sliding)),
    readFromCache: (sharedContext) => readFromCache(gpu, sharedContext),
    skew: (rows, variance) => full * skew(rows, variance),
    mixedAttention: (batch: MixedBatch, variance: number): Seconds =>
      (full === 0 ? 0 : full * mixedAttention(kernel, batch, fetched(gpu, batch), variance)) +
      (sliding === 0 ? 0 : sliding * mixedAttention(windowed, batch, batch.windowContext, 0)),
  };
}

/** Prompt attention where every token sees only the last `window`: beyond it the time grows straight. */
function withinWindow(prompt: PromptTime, window: Tokens): PromptTime {
  const reach = Math.max(64, window / 8);
  const full = prompt(window);
  const slope = (prompt(window + reach) - full) / reach;
  return (tokens) => (tokens <= window ? prompt(tokens) : full + slope * (tokens - window));
}

function readFromCache({ architecture }: GpuProfile, sharedContext: Tokens): Tokens {
  return Math.round((architecture.decodeAttention.sharedReadsCached?.value ?? 0) * sharedContext);
}

/** Tokens of the decode rows' contexts that come from memory. */
function fetched(gpu: GpuProfile, { decodeContext, sharedContext }: MixedBatch): Tokens {
  return Math.max(0, decodeContext - readFromCache(gpu, sharedContext));
}

/** Lines by number of rows, each computed once. */
function remembered(compute: (rows: number) => PiecewiseLine): (rows: number) => PiecewiseLine {
  const known = new Map<number, PiecewiseLine>();
  return (rows) => {
    let line = known.get(rows);
    if (line === undefined) {
      line = compute(rows);
      known.set(rows, line);
    }
    return line;
  };
}

function latentCost(
  { operators, gpu, model, tensorParallelSize, kvDtype }: AttentionCostInput,
  attention: LatentAttention,
): AttentionCost {
  const shape: LatentShape = {
    attention,
    heads: attention.heads / tensorParallelSize,
    hiddenSize: model.hiddenSize,
    format: model.weights.attention,
    kvDtype,
  };
  const decodeLine = remembered((rows) => operators.latentDecode(shape, rows));
  const prompt = operators.latentPrompt(shape);
  // Projections read their weights once for the whole step: the first part pays for it, the rest adds its growth.
  const empty = prompt(1);
  return {
    decodeAttention: (rows) => scaled(decodeLine(rows), model.attentionLayers),
    windowAttention: () => undefined,
    readFromCache: (sharedContext) => readFromCache(gpu, sharedContext),
    skew: () => 0,
    mixedAttention(batch): Seconds {
      const { decodeRows, chunks, chunkTokens, chunkComputed } = batch;
      let time = decodeRows > 0 ? valueAt(decodeLine(decodeRows), fetched(gpu, batch)) : empty;
      for (let chunk = 0; chunk < chunks; chunk++) {
        const computed = chunkComputed[chunk] ?? 0;
        const end = computed + (chunkTokens[chunk] ?? 0);
        time += prompt(end) - prompt(Math.max(1, computed));
      }
      return model.attentionLayers * time;
    },
  };
}
