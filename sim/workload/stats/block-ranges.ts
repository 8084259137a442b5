import { invariant } from '../../../base/invariant.ts';
import type { TreePrompt } from '../../../base/prompt-tree.ts';
import type { Tokens } from '../../../base/units.ts';

/*
 * The blocks of many prompts as small whole numbers. Layout: prompt p owns entries starts[p] … starts[p + 1] - 1 of
 * `first` and `count`, runs of consecutive block numbers in prompt order. Equal numbers are equal blocks behind equal
 * prefixes. A last partial block has the number that it would have if it were full.
 */
export interface BlockRanges {
  readonly starts: Int32Array;
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** All numbers lie below this. */
  readonly blocks: number;
}

/** Numbers the blocks of `blockSize` tokens. A block belongs to the run in which its last token lies. */
export function blockRanges(prompts: readonly TreePrompt[], blockSize: Tokens): BlockRanges {
  const runs = new Map<number, { firstBlock: number; blocks: number; offset: number }>();
  const entries: {
    run: { firstBlock: number; blocks: number; offset: number };
    from: number;
    count: number;
  }[] = [];
  const starts = new Int32Array(prompts.length + 1);
  for (const [index, prompt] of prompts.entries()) {
    let block = 0;
    for (const [position, { id, begin }] of prompt.path.entries()) {
      const next = prompt.path[position + 1]?.begin;
      const end = next === undefined ? Math.ceil(prompt.length / blockSize) : Math.floor(next / blockSize);
      if (end <= block) continue;
      let run = runs.get(id);
      if (run === undefined) {
        run = { firstBlock: Math.floor(begin / blockSize), blocks: 0, offset: 0 };
        runs.set(id, run);
      }
      run.blocks = Math.max(run.blocks, end - run.firstBlock);
      entries.push({ run, from: block - run.firstBlock, count: end - block });
      block = end;
    }
    starts[index + 1] = entries.length;
  }
  let blocks = 0;
  for (const run of runs.values()) {
    run.offset = blocks;
    blocks += run.blocks;
  }
  invariant(blocks < 2 ** 31, 'blocks are numbered in 32 bits', { blocks });
  return {
    starts,
    first: Int32Array.from(entries, ({ run, from }) => run.offset + from),
    count: Int32Array.from(entries, ({ count }) => count),
    blocks,
  };
}
