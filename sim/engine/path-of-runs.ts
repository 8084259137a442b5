import type { Run } from '../../base/prompt-tree.ts';
import type { Blocks, Tokens } from '../../base/units.ts';

/** The runs that a request's tokens take through the tree of prompts. A block belongs to the run of its last token. */
export interface PathOfRuns {
  readonly runs: readonly Run[];
}

/** First block that belongs to the run at a position of the path; it may have none. */
export function blocksOfRun({ runs }: PathOfRuns, position: number, blockSize: Tokens): Blocks {
  const run = runs[position];
  return run === undefined ? 0 : Math.floor(run.begin / blockSize);
}
