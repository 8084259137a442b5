import type { MeasuredOperators } from './measured-operators.ts';
import { scaled } from './piecewise-line.ts';

/** Operators that take `factor` times as long, all of them. */
export function slowerOperators(operators: MeasuredOperators, factor: number): MeasuredOperators {
  if (factor === 1) return operators;
  return {
    used: operators.used,
    missing: operators.missing,
    reach: operators.reach,
    gemm: (format, m, n, k) => factor * operators.gemm(format, m, n, k),
    experts: (shape, tokens) => factor * operators.experts(shape, tokens),
    allReduce: (bytes, gpus, inGraph) => factor * operators.allReduce(bytes, gpus, inGraph),
    decodeAttention: (shape, rows) => scaled(operators.decodeAttention(shape, rows), factor),
    promptAttention(shape) {
      const time = operators.promptAttention(shape);
      return (tokens) => factor * time(tokens);
    },
    promptLatency: (shape) => factor * operators.promptLatency(shape),
    latentDecode: (shape, rows) => scaled(operators.latentDecode(shape, rows), factor),
    latentPrompt(shape) {
      const time = operators.latentPrompt(shape);
      return (tokens) => factor * time(tokens);
    },
    elementwise: (bytes, workingSet) => factor * operators.elementwise(bytes, workingSet),
  };
}
