import type { Figure } from '../../hardware-profiles/figure.ts';
import type { GpuProfile } from '../../hardware-profiles/gpu-profile.ts';
import type { StepTimeInput } from './step-time-input.ts';
import type { MeasuredOperators } from './measured-operators.ts';
import type { StepCost } from './step-cost.ts';

/** A reason why a forecast is weaker than it looks. */
export interface StepTimeLabel {
  readonly code: string;
  readonly text: string;
}

/** What weakens the step times of `cost`, which is made of `operators`. */
export function stepTimeLabels(
  input: StepTimeInput,
  operators: MeasuredOperators,
  cost: StepCost,
): StepTimeLabel[] {
  touch(cost);
  const { gpu, engine, tensorParallelSize } = input;
  const labels: StepTimeLabel[] = [];
  const label = (code: string, text: string): void => {
    labels.push({ code, text });
  };
  const { used, missing } = operators;
  if (used.size === 0) {
    label(
      'roofline',
      `no kernel was measured on ${gpu.name}: a roofline with the efficiencies of ${gpu.architecture.name} stands for them`,
    );
    if (gpu.architecture.gemm.bf16.flops.kind === 'assumed')
      label('assumed-figure', `the kernel efficiencies of ${gpu.architecture.name} are assumed`);
  } else {
    if (gpu.kernels.nearest(engine).length === 0 && gpu.donor !== undefined)
      label(
        'borrowed-kernels',
        `no kernel was measured on ${gpu.name}: those of ${gpu.donor.name} stand for them, scaled by peak and bandwidth`,
      );
    const other = [...used].filter((name) => !name.endsWith(`-${shortVersion(engine.version)}`));
    if (other.length > 0)
      label(
        'nearest-version',
        `${engine.name} has no kernel tables of its own: ${other.join(', ')} stand for them`,
      );
    if (missing.size > 0)
      label(
        'unmeasured-kernels',
        `not measured on ${gpu.name}, scaled from others: ${[...missing].sort().join(', ')}`,
      );
  }
  const { approximated, recurrent } = input.model;
  if (approximated !== undefined) label('approximated-layers', approximated);
  if (recurrent !== undefined)
    label(
      'approximated-layers',
      `no kernel of ${recurrent.kind} was measured: ${recurrent.layers} layers of ${input.model.name} are computed from the GPU's peaks`,
    );
  if (engine.unread !== undefined) label('nearest-version', `${engine.name}: ${engine.unread}`);
  const assumed = Object.entries(engine.overhead as unknown as Record<string, Figure>)
    .filter(([, { kind }]) => kind === 'assumed')
    .map(([name]) => name);
  if (assumed.length > 0) label('assumed-figure', `assumed in ${engine.name}: ${assumed.join(', ')}`);
  const guessed = assumedOf(gpu);
  if (guessed.length > 0) label('assumed-figure', `assumed of ${gpu.name}: ${guessed.join(', ')}`);
  const links = gpu.scaleUp.allReduce.busBandwidth.kind;
  if (tensorParallelSize > 1 && links === 'assumed' && (used.size === 0 || missing.has('all-reduce')))
    label('assumed-figure', `the all-reduce over ${gpu.scaleUp.name} is assumed`);
  const { speculation } = input;
  if (speculation !== undefined)
    label(
      'speculative-decoding',
      speculation.drafter === 'layer'
        ? 'a drafting layer is priced like one more layer of the model, once per draft, and verification as one reading of each context: within 3 % of published speedups of EAGLE-3, 5 % of MTP and 10 % of EAGLE, all of one sequence at a time'
        : 'no step with drafts was measured: looking up drafts is taken to cost nothing, and verification one reading of each context',
    );
  if (input.loraRank !== undefined)
    label(
      'lora',
      `no step with adapters was measured: each adapter of rank ${input.loraRank} in a batch costs one reading of its weights, and loading it into its slot nothing`,
    );
  if (tensorParallelSize > gpu.nodeGpus)
    label(
      'out-of-range',
      `tensor_parallel_size ${tensorParallelSize} exceeds the ${gpu.nodeGpus} GPUs of one server`,
    );
  return labels;
}

/** Names of the GPU's figures that step times rest on and that no vendor states. */
function assumedOf({ memoryBandwidth, l2Cache, multiprocessors, peak }: GpuProfile): string[] {
  const figures: Record<string, Figure | undefined> = { memoryBandwidth, l2Cache, multiprocessors, ...peak };
  return Object.entries(figures).flatMap(([name, figure]) => (figure?.kind === 'assumed' ? [name] : []));
}

/** Asks for every operator once, so that `used` and `missing` are complete. */
function touch(cost: StepCost): void {
  cost.tokens({ tokens: 1, rows: 1, sampledRows: 1, adapters: 0, uniform: true });
  cost.tokens({ tokens: 4096, rows: 1, sampledRows: 1, adapters: 0, uniform: false });
  cost.decodeAttention(1);
  cost.mixedAttention(
    {
      decodeRows: 1,
      decodeContext: 1,
      sharedContext: 0,
      windowContext: 1,
      chunks: 1,
      chunkTokens: [16],
      chunkComputed: [16],
    },
    0,
  );
}

/** 0.24.0 -> 0.24 */
function shortVersion(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
