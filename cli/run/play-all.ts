import type { RunRecord } from '../../documents/run-record.ts';
import type { RunInput } from '../../sim/fleet/run-input.ts';
import { hasWorkers, openJobs } from '../jobs/jobs.ts';
import type { CaseSource } from '../jobs/task.ts';
import type { Terminal } from '../terminal.ts';
import { play } from './play.ts';

/** With fewer requests in all, starting workers takes longer than they save (measured: 0.6 s of work each). */
export const WORTH_WORKERS = 50_000;

export interface RunsToPlay {
  readonly inputs: readonly RunInput[];
  /** What the inputs were made from: another thread makes them anew. */
  readonly source: CaseSource;
  readonly scenarioSha256: string;
  /** How many to play at once. */
  readonly jobs: number;
}

/** Simulates every input, several at once where that is possible. The records come in the order of the inputs, whatever `jobs`. */
export async function playAll(
  { inputs, source, scenarioSha256, jobs }: RunsToPlay,
  terminal: Terminal,
): Promise<RunRecord[]> {
  const atOnce = Math.min(jobs, inputs.length);
  if (atOnce < 2 || !hasWorkers() || requestsOf(inputs) < WORTH_WORKERS)
    return play(inputs, scenarioSha256, terminal);
  const opened = openJobs(atOnce, terminal);
  try {
    return await opened.all(
      inputs.map(({ policy, seed, check, decisions }) => ({
        kind: 'run' as const,
        label: `policy ${policy}, seed ${seed}, scenario SHA-256 ${scenarioSha256}`,
        source,
        policy,
        seed,
        check,
        decisions,
      })),
    );
  } finally {
    await opened.close();
  }
}

/** Requests of all inputs; infinite where nobody knows. */
function requestsOf(inputs: readonly RunInput[]): number {
  return inputs.reduce((sum, { workload, seed }) => sum + (workload.open(seed).count ?? Infinity), 0);
}
