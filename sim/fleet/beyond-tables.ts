import type { Tokens } from '../../base/units.ts';
import type { Label } from '../../documents/run-report.ts';
import type { MeasuredReach } from '../latency/step-time-model.ts';
import type { PoolInput } from './run-input.ts';

/** The largest that the replicas of a pool had. */
export interface Extremes {
  /** Sequences in one batch. */
  batch: number;
  /** Tokens of one sequence, input and output. */
  context: Tokens;
  prompt: Tokens;
}

/** A label for each pool that ran batches, contexts or prompts larger than any that its kernels were measured with. */
export function beyondTables(
  pools: readonly Pick<PoolInput, 'name' | 'stepTime'>[],
  extremes: readonly Extremes[],
): Label[] {
  return pools.flatMap(({ name, stepTime: { reach } }, pool): Label[] => {
    const largest = extremes[pool];
    if (reach === undefined || largest === undefined) return [];
    const beyond = WORDS.filter(([key]) => largest[key] > reach[key]).map(
      ([key, words]) => `${words} of ${largest[key]} (${reach[key]})`,
    );
    if (beyond.length === 0) return [];
    return [
      {
        code: 'beyond-tables',
        text: `${name} had more than its kernels were measured with: ${beyond.join(', ')}; in brackets the largest that was measured, from which times are extended`,
      },
    ];
  });
}

const WORDS: readonly (readonly [keyof MeasuredReach, string])[] = [
  ['batch', 'a batch'],
  ['context', 'a context'],
  ['prompt', 'a prompt'],
];
