import type { EngineProfile } from '../../hardware-profiles/engine-profile.ts';
import type { GpuProfile } from '../../hardware-profiles/gpu-profile.ts';
import { measuredOperators, type MeasuredOperators } from './measured-operators.ts';
import type { OperatorTimes, PromptTime } from './operator-times.ts';
import { scaled } from './piecewise-line.ts';
import { arithmeticOf, roofline } from './roofline.ts';
import { slowerOperators } from './slower-operators.ts';

/**
 * Operator times of a GPU under an engine: its own measured kernels, else those of its donor scaled by the ratio of both
 * rooflines, else its roofline; all of them times what the engine profile's calibration says.
 */
export function operatorsOf(gpu: GpuProfile, engine: EngineProfile): MeasuredOperators {
  const operators = asMeasured(gpu, engine);
  const withinPeak: MeasuredOperators = {
    ...operators,
    // Beyond the largest measured sizes a table's last slope may run ahead of what the GPU can do.
    gemm: (format, m, n, k) =>
      Math.max(operators.gemm(format, m, n, k), (2 * m * n * k) / arithmeticOf(gpu, format).peak),
  };
  return slowerOperators(withinPeak, engine.kernels.timeScale.value);
}

function asMeasured(gpu: GpuProfile, engine: EngineProfile): MeasuredOperators {
  const own = gpu.kernels.nearest(engine);
  if (own.length > 0 || gpu.donor === undefined) return measuredOperators(own, gpu);
  const { donor } = gpu;
  const measured = measuredOperators(donor.kernels.nearest(engine), donor);
  const sameLinks = gpu.scaleUp.name === donor.scaleUp.name;
  return borrowed(measured, roofline(donor), roofline(gpu), sameLinks);
}

function borrowed(
  measured: MeasuredOperators,
  theirs: OperatorTimes,
  ours: OperatorTimes,
  sameLinks: boolean,
): MeasuredOperators {
  return {
    used: measured.used,
    missing: measured.missing,
    reach: measured.reach,
    gemm: (format, m, n, k) =>
      (measured.gemm(format, m, n, k) * ours.gemm(format, m, n, k)) / theirs.gemm(format, m, n, k),
    experts: (shape, tokens) =>
      (measured.experts(shape, tokens) * ours.experts(shape, tokens)) / theirs.experts(shape, tokens),
    // Other links (PCIe, NVLink) make other times, also within one generation.
    allReduce: sameLinks ? measured.allReduce : ours.allReduce,
    decodeAttention(shape, rows) {
      // The start of the kernel stays, what grows with the context scales with the memory.
      const ratio =
        (ours.decodeAttention(shape, rows).slopes[0] ?? 1) /
        (theirs.decodeAttention(shape, rows).slopes[0] ?? 1);
      return scaledSlope(measured.decodeAttention(shape, rows), ratio);
    },
    promptLatency: measured.promptLatency,
    promptAttention: (shape) =>
      inProportion(
        measured.promptAttention(shape),
        ours.promptAttention(shape),
        theirs.promptAttention(shape),
      ),
    latentDecode: (shape, rows) =>
      scaled(
        measured.latentDecode(shape, rows),
        (ours.latentDecode(shape, rows).values[0] ?? 1) / (theirs.latentDecode(shape, rows).values[0] ?? 1),
      ),
    latentPrompt: (shape) =>
      inProportion(measured.latentPrompt(shape), ours.latentPrompt(shape), theirs.latentPrompt(shape)),
    elementwise: ours.elementwise,
  };
}

function inProportion(measured: PromptTime, ours: PromptTime, theirs: PromptTime): PromptTime {
  return (tokens) => (tokens === 0 ? 0 : (measured(tokens) * ours(tokens)) / theirs(tokens));
}

function scaledSlope(line: ReturnType<OperatorTimes['decodeAttention']>, ratio: number) {
  const start = line.values[0] ?? 0;
  return {
    starts: line.starts,
    values: line.values.map((value) => start + (value - start) * ratio),
    slopes: line.slopes.map((slope) => slope * ratio),
  };
}
