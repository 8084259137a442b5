import type { RunRecord } from '../../documents/run-record.ts';
import type { RunInput } from '../../sim/fleet/run-input.ts';
import { hasWorkers, openJobs } from '../jobs/jobs.ts';
import type { CaseSource } from '../jobs/task.ts';
import type { Terminal } from '../terminal.ts';
import { play } from './play.ts';

/**
 * As many requests as are simulated while a worker begins: it reads program, profiles and trace again and compiles what is hot
 * (measured: 1.1 s of CPU each).
 */
const WHILE_STARTING = 25_000;

/** Whether `atOnce` workers take more off this thread than they cost together: time of cores that others may want. */
export function worthWorkers(requests: number, atOnce: number): boolean {
  return requests * (1 - 1 / atOnce) >= 2 * WHILE_STARTING;
}

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
  if (!hasWorkers() || !worthWorkers(requestsOf(inputs), atOnce))
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
