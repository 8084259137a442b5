import { batchLimits } from '../../../hardware-profiles/batch-limits.ts';
import { loadGpu } from '../../../hardware-profiles/gpu-profile.ts';
import { loadEngine } from '../../../hardware-profiles/load-engine.ts';
import { loadModel } from '../../../hardware-profiles/load-model.ts';
import { operatorsOf } from '../../../sim/latency/operators-of.ts';
import type { OperatorTimes } from '../../../sim/latency/operator-times.ts';
import { stepTimeModel } from '../../../sim/latency/profile-step-time.ts';
import type { StepTimeInput } from '../../../sim/latency/step-time-input.ts';
import type { StepShape } from '../../../sim/latency/step-time-model.ts';
import { shippedProfiles } from '../../support/profiles.ts';

/** 1/64 nanosecond: the clock of runs up to 39 hours. */
export const TICKS_PER_SECOND = 64e9;

export function inputOf(gpuName: string, modelName: string, tensorParallelSize: number): StepTimeInput {
  const gpu = loadGpu(shippedProfiles, gpuName);
  const model = loadModel(shippedProfiles, modelName);
  const engine = loadEngine(shippedProfiles, 'vllm-0.33');
  const limits = batchLimits(engine, gpu, { maxModelLen: model.maxModelLen });
  return { gpu, model, engine, tensorParallelSize, asyncScheduling: true, ...limits };
}

/** The operators of a GPU under a version of the engine. */
export function operatorsUnder(engine: string, gpu: string): OperatorTimes {
  return operatorsOf(loadGpu(shippedProfiles, gpu), loadEngine(shippedProfiles, engine));
}

export function timerOf(gpu: string, model: string, tensorParallelSize: number) {
  return stepTimeModel(inputOf(gpu, model, tensorParallelSize)).timer(TICKS_PER_SECOND);
}

/** Decode rows with these contexts, and chunks of [tokens, computed]. */
export function shapeOf(
  contexts: readonly number[],
  chunks: readonly (readonly [number, number])[] = [],
): StepShape {
  return {
    decodeRows: contexts.length,
    decodeTokens: contexts.length,
    decodeContext: contexts.reduce((sum, context) => sum + context, 0),
    decodeContextSquares: contexts.reduce((sum, context) => sum + context * context, 0),
    sharedContext: 0,
    windowContext: 0,
    windowGrowingRows: 0,
    windowStepsToFull: Infinity,
    chunks: chunks.length,
    chunkTokens: chunks.map(([tokens]) => tokens),
    chunkComputed: chunks.map(([, computed]) => computed),
    sampledRows: contexts.length + chunks.length,
    adapters: 0,
  };
}
