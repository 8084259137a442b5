import { kvHeadsPerGpu } from '../../hardware-profiles/kv-layout.ts';
import type { ModelProfile, WeightFormat } from '../../hardware-profiles/model-profile.ts';

/** A matrix that every token of a step goes through: n outputs, k inputs, on one GPU, in so many layers. */
export interface Matrix {
  readonly layers: number;
  readonly format: WeightFormat;
  readonly n: number;
  readonly k: number;
  /** Of an expert that every token visits. */
  readonly shared?: boolean;
}

/**
 * The matrices of a model's attention and dense MLPs on one GPU of a tensor-parallel group, routers included.
 * Query, key and value projections are one matrix, and so are gate and up (vLLM QKVParallelLinear,
 * MergedColumnParallelLinear).
 */
export function layerMatrices(model: ModelProfile, tensorParallelSize: number): Matrix[] {
  const {
    attention,
    attentionLayers: layers,
    hiddenSize,
    gated: isGated,
    mlp,
    moe,
    recurrent,
    weights,
  } = model;
  const matrices: Matrix[] = [];
  if (attention.kind === 'gqa') {
    const heads = attention.heads / tensorParallelSize;
    const kvHeads = kvHeadsPerGpu(attention.kvHeads, tensorParallelSize);
    const { headDim, valueDim } = attention;
    matrices.push(
      {
        layers,
        format: weights.attention,
        n: heads * headDim + kvHeads * (headDim + valueDim),
        k: hiddenSize,
      },
      { layers, format: weights.attention, n: hiddenSize, k: heads * valueDim },
    );
  }
  for (const { n, k } of recurrent?.matrices ?? []) {
    // The last one comes back to the hidden size: its inputs are spread over the GPUs, not its outputs.
    const share = n === hiddenSize ? { n, k: k / tensorParallelSize } : { n: n / tensorParallelSize, k };
    matrices.push({ layers: recurrent?.layers ?? 0, format: weights.attention, ...share });
  }
  if (mlp.layers > 0) matrices.push(...gated(mlp.layers, mlp.width / tensorParallelSize));
  if (moe !== undefined) {
    matrices.push({ layers: moe.layers, format: 'bf16', n: moe.experts, k: hiddenSize });
    if (moe.sharedWidth > 0)
      matrices.push(
        ...gated(moe.layers, moe.sharedWidth / tensorParallelSize).map((matrix) => ({
          ...matrix,
          shared: true,
        })),
      );
  }
  return matrices;

  function gated(count: number, width: number): Matrix[] {
    return [
      { layers: count, format: weights.mlp, n: (isGated ? 2 : 1) * width, k: hiddenSize },
      { layers: count, format: weights.mlp, n: hiddenSize, k: width },
    ];
  }
}
