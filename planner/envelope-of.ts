import { log } from '../base/math.ts';
import type { Plan } from '../documents/plan.ts';
import type { RunInput } from '../sim/fleet/run-input.ts';
import type { Demand } from './demand.ts';
import { serviceTimesOf } from './service-times.ts';
import type { Shape } from './shape.ts';

/**
 * The sum that people do on the back of an envelope, and which of its assumptions broke: as many sequences as the KV memory
 * holds contexts, each step as long as reading the weights and those contexts takes at the GPU's bandwidth, prompts for
 * free. Undefined where the step time does not come from hardware.
 */
export function envelopeOf({
  shape,
  demand,
  simulated,
  slo,
}: {
  readonly shape: Shape;
  readonly demand: Demand;
  readonly simulated: number;
  readonly slo: RunInput['slo'];
}): { readonly backOfEnvelope: NonNullable<Plan['backOfEnvelope']> } | undefined {
  const { gpu, input } = shape;
  if (gpu === undefined || demand.outputTokens === 0 || simulated === 0) return undefined;
  const { engine } = input;
  const kvTokens = (engine.numGpuBlocks - 1) * engine.blockSize;
  const slots = Math.max(
    1,
    Math.min(engine.maxNumSeqs, Math.floor(kvTokens / Math.max(1, demand.meanContext))),
  );
  const times = serviceTimesOf(input);
  // What the server may use of the memory is read once a step when it is full: weights, and the KV of all sequences.
  const bytes = gpu.memory.value * ENVELOPE_MEMORY_SHARE;
  const byBandwidth = bytes / gpu.memoryBandwidth.value / slots;
  const byStepTimes = times.decodeStep(slots, demand.meanContext) / slots;
  const decode = (perToken: number): number => (demand.outputTokens * perToken) / demand.seconds;
  const prefill = (demand.uniqueTokens * times.leastPrefillPerToken) / demand.seconds;
  const figures = {
    replicas: decode(byBandwidth),
    withStepTimes: decode(byStepTimes),
    withPrefill: decode(byStepTimes) + prefill,
  };
  const steps = [
    {
      factor: figures.withStepTimes / figures.replicas,
      broke:
        'that a step takes as long as reading the memory once: kernels, links between GPUs and the CPU take longer',
    },
    {
      factor: figures.withPrefill / figures.withStepTimes,
      broke: 'that prompts are free: computing those that no cache finds takes most of the time',
    },
    {
      factor: simulated / Math.max(1, Math.ceil(figures.withPrefill)),
      broke: `that every replica is full and busy all the time: ${slo === undefined ? 'the thresholds leave' : 'the SLO leaves'} no room for such batches, queues and bursts, nor for prefix hits that are lost`,
    },
  ];
  const [most] = steps.toSorted((a, b) => Math.abs(log(b.factor)) - Math.abs(log(a.factor)));
  return { backOfEnvelope: { ...figures, simulated, broke: most?.broke ?? '' } };
}

/** vLLM's default gpu_memory_utilization (vllm/config/cache.py): what a server fills with weights and KV cache. */
const ENVELOPE_MEMORY_SHARE = 0.9;
