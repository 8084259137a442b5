import { log } from '../base/math.ts';
import type { Plan, PlannedFleet } from '../documents/plan.ts';
import type { RunInput } from '../sim/fleet/run-input.ts';
import type { Demand } from './demand.ts';
import type { FleetRun } from './ledger.ts';
import { serviceTimesOf } from './service-times.ts';
import type { Shape } from './shape.ts';

interface EnvelopeInput {
  readonly shapes: readonly Shape[];
  /** The answer at the peak. */
  readonly run: FleetRun;
  readonly forecast: PlannedFleet['forecast'];
  readonly demand: Demand;
  readonly slo: RunInput['slo'];
}

/** Replicas that a sum on an envelope takes. Each figure drops one assumption of the one before. */
interface Sums {
  readonly replicas: number;
  readonly withStepTimes: number;
  readonly withPrefill: number;
  readonly withLostHits: number;
}

const STEPS = ['replicas', 'withStepTimes', 'withPrefill', 'withLostHits'] as const;

/**
 * The sum that people do on the back of an envelope, and which of its assumptions broke: as many sequences as the KV memory
 * holds contexts, each step as long as reading the weights and those contexts takes at the GPU's bandwidth, prompts for
 * free. Of a mix: of its kinds in the proportion that it has. Undefined where a step time does not come from hardware.
 */
export function envelopeOf(
  input: EnvelopeInput,
): { readonly backOfEnvelope: NonNullable<Plan['backOfEnvelope']> } | undefined {
  const { shapes, run, demand } = input;
  const simulated = run.pools.reduce((sum, { replicas }) => sum + replicas, 0);
  if (demand.outputTokens === 0 || simulated === 0) return undefined;
  const parts = run.pools.map(({ shape, replicas }) => ({ replicas, sums: sumsOf(shapes[shape], input) }));
  const inProportion = (name: keyof Sums): number =>
    simulated / parts.reduce((sum, { replicas, sums }) => sum + replicas / (sums?.[name] ?? Infinity), 0);
  if (parts.some(({ sums }) => sums === undefined)) return undefined;
  const figures = {
    replicas: inProportion('replicas'),
    withStepTimes: inProportion('withStepTimes'),
    withPrefill: inProportion('withPrefill'),
    withLostHits: inProportion('withLostHits'),
  };
  return { backOfEnvelope: { ...figures, simulated, broke: brokeOf(figures, simulated, input) } };
}

function sumsOf(shape: Shape | undefined, { demand, forecast }: EnvelopeInput): Sums | undefined {
  if (shape?.gpu === undefined) return undefined;
  const { gpu, input } = shape;
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
  const prefill = (tokens: number): number => (tokens * times.leastPrefillPerToken) / demand.seconds;
  const hitRate = forecast?.prefixCache.hitRate;
  const computed =
    hitRate === undefined
      ? demand.uniqueTokens
      : Math.max(demand.uniqueTokens, demand.inputTokens * (1 - hitRate));
  return {
    replicas: decode(byBandwidth),
    withStepTimes: decode(byStepTimes),
    withPrefill: decode(byStepTimes) + prefill(demand.uniqueTokens),
    withLostHits: decode(byStepTimes) + prefill(computed),
  };
}

/** The assumption that moves the whole number of replicas most. Of equal ones the last: it stands nearest to the simulation. */
function brokeOf(figures: Sums, simulated: number, { slo }: EnvelopeInput): string {
  const whole = STEPS.map((name) => Math.max(1, Math.ceil(figures[name])));
  const [plain = 1, steps = 1, prefill = 1, hits = 1] = whole;
  const promise = slo === undefined ? 'the thresholds leave' : 'the SLO leaves';
  const breaks = [
    {
      factor: simulated / hits,
      broke:
        simulated < hits
          ? 'that work is done as fast as it arrives: what is promised lets requests wait, and the last of them are served after the last arrival'
          : `that every replica is full and busy all the time: ${promise} no room for such batches, queues and bursts`,
    },
    {
      factor: hits / prefill,
      broke: 'that no prefix hit is lost: replicas compute again what another one has, or what was evicted',
    },
    {
      factor: prefill / steps,
      broke: 'that prompts are free: computing those that no cache finds takes most of the time',
    },
    {
      factor: steps / plain,
      broke:
        steps < plain
          ? 'that a step reads all of the memory: steps read less than that'
          : 'that a step takes as long as reading the memory once: kernels, links between GPUs and the CPU take longer',
    },
  ];
  const [most] = breaks.toSorted((a, b) => Math.abs(log(b.factor)) - Math.abs(log(a.factor)));
  return most === undefined || most.factor === 1
    ? 'nothing: rounded up to whole replicas, every sum gives the same'
    : most.broke;
}

/** vLLM's default gpu_memory_utilization (vllm/config/cache.py): what a server fills with weights and KV cache. */
const ENVELOPE_MEMORY_SHARE = 0.9;
