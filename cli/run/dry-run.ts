import { performance } from 'node:perf_hooks';

import type { RunInput } from '../../sim/fleet/run-input.ts';
import { simulate } from '../../sim/fleet/simulate.ts';
import type { Workload } from '../../sim/workload/workload.ts';

/** What a run would do, without doing it. */
export interface DryRun {
  readonly cases: number;
  /** Of one case, when every request is completed. */
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Counts the requests of a run by taking them from their source, each answered at once. */
export function dryRun(inputs: readonly RunInput[], workload: Workload, seed: number): DryRun {
  const source = workload.open(seed);
  let requests = 0;
  let inputTokens = 0;
  let outputTokens = 0;
  for (let arrival = source.peek(); arrival !== undefined; arrival = source.peek()) {
    const request = source.next();
    if (request === undefined) break;
    requests++;
    inputTokens += request.prompt.length;
    outputTokens += request.outputTokens;
    source.ended(request, 'completed', arrival);
  }
  return { cases: inputs.length, requests, inputTokens, outputTokens };
}

/** Requests of a sample that tells how fast this machine simulates. */
export const SAMPLE_REQUESTS = 500;

/** Seconds that all cases would take here, from how long the first so many requests of one take. */
export function expectedSeconds(sample: RunInput, { cases, requests }: DryRun): number {
  simulate(sample); // the first run also compiles the simulator
  const begun = performance.now();
  simulate(sample);
  const seconds = (performance.now() - begun) / 1000;
  return (seconds * cases * requests) / Math.min(requests, SAMPLE_REQUESTS);
}
