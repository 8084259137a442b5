import { relative } from 'node:path';
import fc, { type RunDetails } from 'fast-check';
import { expect } from 'vitest';

/*
 * Runs before each test file: a random test that fails prints its seed and the command that plays its smallest
 * counterexample again, and alone.
 */
const seed = process.env.FC_SEED;
const path = process.env.FC_PATH;

fc.configureGlobal({
  ...(seed !== undefined && { seed: Number(seed) }),
  ...(path !== undefined && { path, endOnFailure: true }),
  reporter: (run: RunDetails<unknown>) => {
    if (!run.failed) return;
    throw new Error(`${fc.defaultReportMessage(run)}\n\n${again(run)}`, { cause: run.errorInstance });
  },
});

function again({ seed, counterexamplePath }: RunDetails<unknown>): string {
  const { testPath = '', currentTestName = '' } = expect.getState();
  const file = relative(process.cwd(), testPath);
  // Vitest reads the name as a regular expression; its levels are joined with " > ", which matches as a space.
  const name = currentTestName.replaceAll(' > ', ' ').replaceAll(/[^\p{L}\p{N} ]/gu, '.');
  const found = counterexamplePath === null ? '' : ` FC_PATH=${counterexamplePath}`;
  return `again: FC_SEED=${seed}${found} npx vitest run ${file} -t '${name}'`;
}
