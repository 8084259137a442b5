import { captureSizes } from '../../hardware-profiles/capture-sizes.ts';
import { storedKv } from '../../hardware-profiles/kv-layout.ts';
import { modelCost } from './model-cost.ts';
import { operatorsOf } from './operators-of.ts';
import type { StepTimeModel } from './step-time-model.ts';
import type { StepTimeInput } from './step-time-input.ts';
import { stepTimeLabels, type StepTimeLabel } from './step-time-labels.ts';
import { CostTimer } from './step-timer.ts';

export interface ProfileStepTime extends StepTimeModel {
  readonly labels: readonly StepTimeLabel[];
}

/**
 * The step time of a model on a GPU under an engine, from their profiles. The caller has checked `unsupported`.
 */
export function stepTimeModel(input: StepTimeInput): ProfileStepTime {
  const { gpu, model, engine, maxNumSeqs, maxNumBatchedTokens } = input;
  const operators = operatorsOf(gpu, engine);
  const cost = modelCost({
    operators,
    gpu,
    model,
    engine,
    tensorParallelSize: input.tensorParallelSize,
    enableExpertParallel: input.enableExpertParallel ?? false,
    kvDtype: storedKv(model, input.kvDtype),
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
    ...(model.window === undefined ? {} : { slidingWindow: model.window.tokens }),
    labels: stepTimeLabels(input, operators, cost),
  };
}
