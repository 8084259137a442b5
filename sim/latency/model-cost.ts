import type { Bytes, Seconds, Tokens } from '../../base/units.ts';
import type { EngineProfile } from '../../hardware-profiles/engine-profile.ts';
import { kvHeadsPerGpu } from '../../hardware-profiles/kv-layout.ts';
import { WEIGHT_BYTES, type ModelProfile } from '../../hardware-profiles/model-profile.ts';
import { attentionCost, type AttentionCostInput } from './attention-cost.ts';
import { layerMatrices } from './layer-matrices.ts';
import type { ExpertShape } from './operator-times.ts';
import type { BatchSize, StepCost } from './step-cost.ts';

export interface ModelCostInput extends AttentionCostInput {
  readonly engine: EngineProfile;
  readonly enableExpertParallel: boolean;
  /** Token counts with a CUDA graph, ascending; empty = everything runs eagerly. */
  readonly captureSizes: readonly Tokens[];
  readonly asyncScheduling: boolean;
}

/** The cost of a step as the sum of the operators of a transformer, on one GPU of its tensor-parallel group. */
export function modelCost(input: ModelCostInput): StepCost {
  const { operators, model, engine, tensorParallelSize: gpus, captureSizes } = input;
  const { layers, hiddenSize, vocabSize } = model;
  const { overhead } = engine;
  const matrices = layerMatrices(model, gpus);
  const experts = expertShape(input);
  const hidden = hiddenBytesPerToken(model, gpus);
  const activated = activatedBytesPerToken(model, gpus);
  const sharedBytes = matrices
    .filter(({ shared }) => shared === true)
    .reduce((sum, { layers: count, format, n, k }) => sum + count * n * k * WEIGHT_BYTES[format], 0);
  const capability = input.gpu.computeCapability?.value ?? 0;
  const fuses =
    engine.kernels.fusedNormOnCapability === 'family' ? Math.floor(capability) === 10 : capability === 10;
  const fusedNormLargest = fuses
    ? engine.kernels.fusedNormLargest.find((limit) => limit.gpus === gpus)?.bytes
    : undefined;
  const largestGraph = captureSizes.at(-1) ?? 0;
  const byTokens = new Map<Tokens, Seconds>();
  const byRows = new Map<number, Seconds>();

  /** Everything that `tokens` tokens go through in all layers, attention excluded. */
  const layerTime = (tokens: Tokens, inGraph: boolean): Seconds => {
    let time =
      layers * operators.elementwise(hidden * tokens, 4 * 2 * hiddenSize * tokens) +
      activated.layers * operators.elementwise(activated.bytes * tokens, activated.bytes * tokens);
    let sharedTime = 0;
    for (const { layers: count, format, n, k, shared } of matrices) {
      const all = count * operators.gemm(format, tokens, n, k);
      if (shared === true) sharedTime += all;
      else time += all;
    }
    const routed = experts === undefined ? 0 : (model.moe?.layers ?? 0) * operators.experts(experts, tokens);
    // Beside each other both still read their weights through the same memory.
    const expertTime =
      tokens <= engine.kernels.sharedExpertsBesideUntil
        ? Math.max(routed + sharedBytes / input.gpu.memoryBandwidth.value, sharedTime)
        : routed + sharedTime;
    // Sums of squares of queries and keys, FP32, for norms over all heads (vLLM MiniMaxText01RMSNormTP.forward_qk).
    const shared = model.attention.kind === 'gqa' && model.attention.qkNormShared;
    const norms = shared ? layers * operators.allReduce(2 * 4 * tokens, gpus, inGraph) : 0;
    return time + expertTime + norms + 2 * layers * reduce(tokens, inGraph);
  };

  /**
   * Layers with a state: each row reads and writes its state once, each token updates it (for an element a decay, a key
   * times a value and a query: 6 operations), and a kernel starts. No such kernel was measured: from the GPU's peaks.
   */
  const recurrentTime = (tokens: Tokens, rows: number): Seconds => {
    const { recurrent } = model;
    if (recurrent === undefined) return 0;
    const { decodeAttention, prefillAttention } = input.gpu.architecture;
    const state = recurrent.state / gpus;
    const moved = (2 * rows * state) / (decodeAttention.bandwidth.value * input.gpu.memoryBandwidth.value);
    const flop = 6 * tokens * (state / 2);
    const computed = flop / (prefillAttention.flops.value * input.gpu.peak.bf16.value);
    return recurrent.layers * (decodeAttention.latency.value + Math.max(moved, computed));
  };

  /** One all-reduce of the hidden states, less what the norm inside it saves. */
  const reduce = (tokens: Tokens, inGraph: boolean): Seconds => {
    const bytes = 2 * tokens * hiddenSize;
    const time = operators.allReduce(bytes, gpus, inGraph);
    return fusedNormLargest !== undefined && bytes <= fusedNormLargest
      ? Math.max(0, time - engine.kernels.fusedNormSaves.value)
      : time;
  };

  /** Logits of the sampled rows, gathered on every GPU and sampled from. */
  const headTime = (rows: number): Seconds =>
    rows === 0
      ? 0
      : operators.gemm('bf16', rows, vocabSize / gpus, hiddenSize) +
        operators.allReduce(rows * vocabSize * 2, gpus, false) / 2 +
        operators.elementwise(rows * vocabSize * SAMPLER_BYTES, rows * vocabSize * SAMPLER_BYTES) +
        (model.topKTopP ? overhead.topKTopP.value + overhead.topKTopPPerLogit.value * rows * vocabSize : 0);

  return {
    ...attentionCost(input),
    asyncScheduling: input.asyncScheduling,
    tokens({ tokens, rows, sampledRows }: BatchSize): Seconds {
      const inGraph = tokens <= largestGraph;
      const computed = inGraph ? paddedTokens(captureSizes, tokens) : tokens;
      return (
        (byTokens.get(inGraph ? computed : 0 - computed) ??
          kept(byTokens, inGraph ? computed : 0 - computed, layerTime(computed, inGraph))) +
        (byRows.get(sampledRows) ?? kept(byRows, sampledRows, headTime(sampledRows))) +
        recurrentTime(tokens, rows) +
        overhead.step.value +
        overhead.perSequence.value * rows +
        overhead.perLayer.value * layers
      );
    },
    cpu({ tokens, rows }: BatchSize): Seconds {
      const eager = tokens > largestGraph ? overhead.eagerPerLayer.value * layers : 0;
      return overhead.cpuStep.value + overhead.cpuPerSequence.value * rows + eager;
    },
  };
}

/** Logits are read as BF16, written and read again as FP32 (vLLM v1/sample/sampler.py). */
const SAMPLER_BYTES = 2 + 4 + 4;

function kept(known: Map<number, Seconds>, key: number, time: Seconds): Seconds {
  known.set(key, time);
  return time;
}

/** The smallest captured size that holds `tokens`. */
function paddedTokens(captureSizes: readonly Tokens[], tokens: Tokens): Tokens {
  let low = 0;
  let high = captureSizes.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((captureSizes[middle] ?? 0) < tokens) low = middle + 1;
    else high = middle;
  }
  return captureSizes[low] ?? tokens;
}

/**
 * Bytes that norms, rotary embedding, cache writes and residual additions of one layer stream per token, BF16: 8 passes
 * over the hidden state, 2.2 over queries, keys and values (4 with norms on them).
 */
function hiddenBytesPerToken({ attention, hiddenSize }: ModelProfile, gpus: number): Bytes {
  // Latent attention was measured with its projections and norms.
  const heads =
    attention.kind === 'mla'
      ? 0
      : (attention.heads / gpus + 2 * kvHeadsPerGpu(attention.kvHeads, gpus)) *
        attention.headDim *
        (attention.qkNorm ? 4 : 2.2);
  return 2 * (8 * hiddenSize + heads);
}

/** Layers with a dense or shared MLP, and the bytes that its activation reads and writes per token: 3 x its width, 2 x without a gate. */
function activatedBytesPerToken(
  { gated, mlp, moe }: ModelProfile,
  gpus: number,
): { layers: number; bytes: Bytes } {
  const shared = moe === undefined || moe.sharedWidth === 0 ? 0 : moe.layers;
  const layers = mlp.layers + shared;
  const width = (mlp.layers * mlp.width + shared * (moe?.sharedWidth ?? 0)) / Math.max(1, layers);
  return { layers, bytes: (2 * (gated ? 3 : 2) * width) / gpus };
}

function expertShape({
  model,
  tensorParallelSize,
  enableExpertParallel,
}: ModelCostInput): ExpertShape | undefined {
  const { moe, hiddenSize, weights } = model;
  if (moe === undefined) return undefined;
  return {
    format: weights.experts,
    hiddenSize,
    width: moe.width,
    experts: moe.experts,
    topK: moe.topK,
    tensorParallelSize: enableExpertParallel ? 1 : tensorParallelSize,
    expertParallelSize: enableExpertParallel ? tensorParallelSize : 1,
  };
}
