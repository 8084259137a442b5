import type { Seconds, Tokens } from '../base/units.ts';
import { stepSecondsOf } from '../sim/fleet/step-seconds.ts';
import type { PoolInput } from '../sim/fleet/run-input.ts';

/** How fast one replica is, read off its step-time model: no queue, no cache, no scheduler. */
export interface ServiceTimes {
  /** A step that gives every one of `rows` sequences its next token, each after `context` tokens. */
  decodeStep(rows: number, context: Tokens): Seconds;
  /** A step that computes a piece of a prompt and nothing else. */
  prefillStep(tokens: Tokens): Seconds;
  /** The least time per computed prompt token over all sizes of a step. */
  readonly leastPrefillPerToken: Seconds;
  /** The least time per output token after `context` tokens over all sizes of a batch. */
  leastDecodePerToken(context: Tokens): Seconds;
}

export function serviceTimesOf(pool: PoolInput): ServiceTimes {
  const { engine } = pool;
  const seconds = stepSecondsOf(pool);
  const decodeStep = (rows: number, context: Tokens): Seconds => seconds({ decode: { rows, context } });
  const prefillStep = (tokens: Tokens): Seconds => seconds({ chunks: [{ tokens, computed: 0 }] });
  const least = (sizes: readonly number[], time: (size: number) => Seconds): Seconds =>
    Math.min(...sizes.map((size) => time(size) / size));
  return {
    decodeStep,
    prefillStep,
    leastPrefillPerToken: least(sizesUpTo(engine.maxNumScheduledTokens), prefillStep),
    leastDecodePerToken: (context) =>
      least(sizesUpTo(engine.maxNumActiveSeqs ?? engine.maxNumSeqs), (rows) => decodeStep(rows, context)),
  };
}

/** 1, 2, 3, 4, 6, 8, 12, … and the limit itself. */
export function sizesUpTo(most: number): number[] {
  const sizes: number[] = [];
  for (let size = 1; size < most; size *= 2) {
    sizes.push(size);
    if (size >= 2 && 1.5 * size < most) sizes.push(1.5 * size);
  }
  return [...sizes, most];
}
