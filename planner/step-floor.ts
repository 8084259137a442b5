import type { Seconds, Tokens } from '../base/units.ts';
import { stepSecondsOf, type StepParts } from '../sim/fleet/step-seconds.ts';
import type { PoolInput } from '../sim/fleet/run-input.ts';

/**
 * What the steps of one replica take at least, however rows are packed into them: a step of chunks of c tokens after o
 * tokens each, and of decode rows after x tokens each, takes no less than
 * `perToken * sum(c) + perPair * sum(c * o) + perContext * sum(x)`, nor than `perRow * rows + perRowContext * sum(x)`.
 */
export interface StepFloor {
  readonly perToken: Seconds;
  readonly perPair: Seconds;
  readonly perContext: Seconds;
  readonly perRow: Seconds;
  readonly perRowContext: Seconds;
  /** The shortest step that gives a sequence a token after so many. */
  decode(context: Tokens): Seconds;
}

/** Left for sizes between those that are tried, and for what kernels of several chunks save (8 % were seen). A law test holds it. */
const BETWEEN = 0.9;

/** Each floor is the least over sizes of a step: all small ones, multiples of 8 and of 64, which tables and graphs have. */
export function stepFloorOf(pool: PoolInput): StepFloor {
  const { engine } = pool;
  const seconds = stepSecondsOf(pool);
  const budget = engine.maxNumScheduledTokens;
  const most = Math.min(budget, engine.maxNumActiveSeqs ?? engine.maxNumSeqs);
  const contexts = coarse(Math.max(16, engine.maxModelLen));
  const chunk = (tokens: Tokens, computed: Tokens): StepParts => ({ chunks: [{ tokens, computed }] });
  // A prefix that all have in common is read again by every row, and by chunks beside them, as fast as it gets.
  const rows = (count: number, context: Tokens): StepParts => ({
    decode: { rows: count, context, shared: count * context },
  });

  const perToken = BETWEEN * least(fine(budget), (tokens) => seconds(chunk(tokens, 0)) / tokens);
  const perPair =
    BETWEEN *
    least(coarse(budget), (tokens) =>
      least(
        contexts,
        (computed) => (seconds(chunk(tokens, computed)) - perToken * tokens) / (tokens * computed),
      ),
    );
  // A verified draft gives a row several tokens a step.
  const perStep = 1 + engine.numSpeculativeTokens;
  const perRow = (BETWEEN * least(fine(most), (count) => seconds(rows(count, 1)) / count)) / perStep;
  /** Per token of context, what decode rows take beyond what is counted of them already. */
  const beyond = (
    parts: (count: number, context: Tokens) => StepParts,
    counted: (count: number) => Seconds,
  ): Seconds =>
    BETWEEN *
    least(coarse(most), (count) =>
      least(contexts, (context) => (seconds(parts(count, context)) - counted(count)) / (count * context)),
    );
  const perRowContext = beyond(rows, (count) => perRow * (count * perStep)) / perStep;
  const perContext =
    Math.min(
      beyond(rows, () => 0),
      ...[64, 512, 2048, budget - most]
        .filter((tokens) => tokens > 0 && tokens + most <= budget)
        .map((tokens) =>
          beyond(
            (count, context) => ({ ...rows(count, context), ...chunk(tokens, 0) }),
            () => perToken * tokens,
          ),
        ),
    ) / perStep;
  const alone = contexts.map((context) => BETWEEN * seconds(rows(1, context)));
  return {
    perToken,
    perPair: Math.max(0, perPair),
    perContext: Math.max(0, perContext),
    perRow,
    perRowContext: Math.max(0, perRowContext),
    decode(context) {
      const at = contexts.findLastIndex((size) => size <= context);
      // Nothing is known of contexts between two that were tried, but that the larger one takes no less.
      return (alone[Math.max(0, at)] ?? 0) / perStep;
    },
  };
}

function least(sizes: readonly number[], time: (size: number) => number): number {
  return sizes.reduce((floor, size) => Math.min(floor, time(size)), Infinity);
}

function fine(most: number): number[] {
  const sizes: number[] = [];
  for (let size = 1; size < most; size += size < 64 ? 1 : size < 1024 ? 8 : 64) sizes.push(size);
  return [...sizes, most];
}

function coarse(most: number): number[] {
  const sizes: number[] = [];
  for (let size = 1; size < most; size = Math.ceil(1.4 * size)) sizes.push(size);
  return [...sizes, most];
}
