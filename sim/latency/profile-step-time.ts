import { captureSizes } from '../../hardware-profiles/capture-sizes.ts';
import { storedKv } from '../../hardware-profiles/kv-layout.ts';
import { draftLayer } from '../../hardware-profiles/draft-layer.ts';
import type { EngineProfile } from '../../hardware-profiles/engine-profile.ts';
import { adapterBytes } from './adapter-bytes.ts';
import { withDrafting } from './drafting-cost.ts';
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
  const { gpu, model, engine, maxNumSeqs, maxNumBatchedTokens, speculation } = input;
  const operators = operatorsOf(gpu, engine);
  const shared = {
    operators,
    gpu,
    tensorParallelSize: input.tensorParallelSize,
    enableExpertParallel: input.enableExpertParallel ?? false,
    kvDtype: storedKv(model, input.kvDtype),
    captureSizes:
      input.enforceEager === true
        ? []
        : captureSizes(engine, gpu, {
            maxNumSeqs,
            maxNumBatchedTokens,
            numSpeculativeTokens: speculation?.tokens ?? 0,
          }),
    asyncScheduling: input.asyncScheduling,
  };
  const alone = modelCost({ ...shared, model, engine });
  let cost =
    speculation?.drafter === 'layer'
      ? withDrafting(
          alone,
          modelCost({ ...shared, model: draftLayer(model), engine: withoutStepOverhead(engine) }),
          speculation.tokens,
        )
      : alone;
  if (input.loraRank !== undefined) {
    const read = adapterBytes(model, input.tensorParallelSize, input.loraRank) / gpu.memoryBandwidth.value;
    const { tokens } = cost;
    cost = { ...cost, tokens: (batch) => tokens(batch) + read * batch.adapters };
  }
  const labels = stepTimeLabels(input, operators, cost);
  return {
    timer: (ticksPerSecond) => new CostTimer(cost, ticksPerSecond),
    ...(model.window === undefined ? {} : { slidingWindow: model.window.tokens }),
    labels,
    // A window keeps what attention reads below what was measured.
    ...(model.window?.layers === model.attentionLayers
      ? { reach: { ...operators.reach, context: Infinity, prompt: Infinity } }
      : { reach: operators.reach }),
  };
}

/** What a step costs once, whatever it computes, is not paid again by the layer behind the model. */
function withoutStepOverhead(engine: EngineProfile): EngineProfile {
  const { step, perSequence } = engine.overhead;
  return {
    ...engine,
    overhead: { ...engine.overhead, step: { ...step, value: 0 }, perSequence: { ...perSequence, value: 0 } },
  };
}
