import { captureSizes } from '../../hardware-profiles/capture-sizes.ts';
import type { EngineProfile } from '../../hardware-profiles/engine-profile.ts';
import type { GpuProfile } from '../../hardware-profiles/gpu-profile.ts';
import type { KvDtype } from '../../hardware-profiles/kv-layout.ts';
import type { ModelProfile } from '../../hardware-profiles/model-profile.ts';
import type { Tokens } from '../../base/units.ts';
import { modelCost } from './model-cost.ts';
import { roofline } from './roofline.ts';
import type { StepTimeModel } from './step-time-model.ts';
import { CostTimer } from './step-timer.ts';

export interface StepTimeInput {
  readonly gpu: GpuProfile;
  readonly model: ModelProfile;
  readonly engine: EngineProfile;
  readonly tensorParallelSize: number;
  readonly enableExpertParallel?: boolean | undefined;
  readonly maxNumBatchedTokens: Tokens;
  readonly maxNumSeqs: number;
  readonly numSpeculativeTokens?: number | undefined;
  readonly enforceEager?: boolean | undefined;
  readonly asyncScheduling: boolean;
  readonly kvDtype?: KvDtype | undefined;
}

/** A reason why a forecast is weaker than it looks. */
export interface StepTimeLabel {
  readonly code: string;
  readonly text: string;
}

export interface ProfileStepTime extends StepTimeModel {
  readonly labels: readonly StepTimeLabel[];
}

/**
 * The step time of a model on a GPU under an engine, from their profiles. The caller has checked `unsupported`.
 */
export function stepTimeModel(input: StepTimeInput): ProfileStepTime {
  const { gpu, model, engine, maxNumSeqs, maxNumBatchedTokens } = input;
  const cost = modelCost({
    operators: roofline(gpu),
    model,
    engine,
    tensorParallelSize: input.tensorParallelSize,
    enableExpertParallel: input.enableExpertParallel ?? false,
    kvDtype: input.kvDtype ?? 'auto',
    captureSizes:
      input.enforceEager === true
        ? []
        : captureSizes(engine, gpu, {
            maxNumSeqs,
            maxNumBatchedTokens,
            numSpeculativeTokens: input.numSpeculativeTokens ?? 0,
          }),
    asyncScheduling: input.asyncScheduling,
  });
  return {
    timer: (ticksPerSecond) => new CostTimer(cost, ticksPerSecond),
    labels: labelsOf(input),
  };
}

function labelsOf({ gpu, engine, tensorParallelSize }: StepTimeInput): StepTimeLabel[] {
  const labels: StepTimeLabel[] = [
    {
      code: 'roofline',
      text: `step times of ${gpu.name} come from a roofline with the efficiencies of ${gpu.architecture.name}, not from measured kernels`,
    },
    {
      code: 'assumed-figure',
      text: `the times of ${engine.name} outside kernels (per step, sequence, layer; ingest) are assumed`,
    },
  ];
  if (gpu.architecture.gemm.latency.kind === 'assumed')
    labels.push({
      code: 'assumed-figure',
      text: `kernel efficiencies of ${gpu.architecture.name} are assumed`,
    });
  if (tensorParallelSize > 1 && gpu.scaleUp.allReduce.busBandwidth.kind === 'assumed')
    labels.push({ code: 'assumed-figure', text: `the all-reduce over ${gpu.scaleUp.name} is assumed` });
  if (tensorParallelSize > gpu.nodeGpus)
    labels.push({
      code: 'out-of-range',
      text: `tensor_parallel_size ${tensorParallelSize} exceeds the ${gpu.nodeGpus} GPUs of one server`,
    });
  if (engine.unread !== undefined)
    labels.push({ code: 'nearest-version', text: `${engine.name}: ${engine.unread}` });
  return labels;
}
