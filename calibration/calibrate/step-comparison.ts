import type { ResolvedScenario } from '../../scenarios/resolve/resolve-scenario.ts';
import type { StepShape } from '../../sim/latency/step-time-model.ts';
import { blockOf, isHeldOut, type Comparison } from './comparison.ts';
import type { MeasuredStep } from './measured-steps.ts';

/** Fine enough for the shortest step. */
const TICKS_PER_SECOND = 1e12;

/** Measured steps against the step time of the server's first pool. Repeats of one shape share a block. */
export function stepComparison(
  steps: readonly MeasuredStep[],
  resolve: (values: readonly number[]) => ResolvedScenario,
): Comparison {
  const shapes = [...new Set(steps.map(keyOf))];
  const blocks = new Map(shapes.map((key, k) => [key, blockOf(k, shapes.length, 1)]));
  return {
    rows: steps.map((step) => {
      const block = blocks.get(keyOf(step)) ?? 0;
      return { metric: 'step', measured: step.seconds, block, heldOut: isHeldOut(block) };
    }),
    predict(values) {
      const timer = resolve(values).policies[0]?.pools[0]?.stepTime.timer(TICKS_PER_SECOND);
      return Float64Array.from(steps, (step) =>
        timer === undefined ? NaN : timer.step(shapeOf(step)) / TICKS_PER_SECOND,
      );
    },
  };
}

function keyOf({ sequences, tokens, context = 0 }: MeasuredStep): string {
  return `${sequences} ${tokens} ${context}`;
}

/** As many tokens as requests is a decode step; more are prompts, of equal lengths as far as that goes. */
function shapeOf({ sequences, tokens, context = 0 }: MeasuredStep): StepShape {
  const isDecode = tokens === sequences;
  const each = context / sequences;
  const chunk = Math.floor(tokens / sequences);
  return {
    decodeRows: isDecode ? sequences : 0,
    decodeTokens: isDecode ? sequences : 0,
    decodeContext: isDecode ? context : 0,
    decodeContextSquares: isDecode ? sequences * each * each : 0,
    sharedContext: 0,
    windowContext: 0,
    windowGrowingRows: 0,
    windowStepsToFull: 0,
    chunks: isDecode ? 0 : sequences,
    chunkTokens: isDecode
      ? []
      : Array.from({ length: sequences }, (_, k) => chunk + (k < tokens % sequences ? 1 : 0)),
    chunkComputed: isDecode ? [] : Array.from({ length: sequences }, () => each),
    sampledRows: sequences,
    adapters: 0,
  };
}
