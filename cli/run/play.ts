import { performance } from 'node:perf_hooks';

import { InvariantError } from '../../base/invariant.ts';
import type { RunRecord } from '../../documents/run-record.ts';
import type { RunInput } from '../../sim/fleet/run-input.ts';
import { simulate, type Progress } from '../../sim/fleet/simulate.ts';
import type { Terminal } from '../terminal.ts';

/** Between two progress lines. */
const REDRAW_MS = 200;

/**
 * Simulates every input, one after the other, with a progress line on a terminal. A broken law passes through; what gives
 * it again is said before: policy, seed, and the digest of the scenario.
 */
export function play(inputs: readonly RunInput[], scenarioSha256: string, terminal: Terminal): RunRecord[] {
  const records = inputs.map((input, index) => {
    const begun = performance.now();
    let drawn = begun;
    try {
      return simulate(input, (progress) => {
        const now = performance.now();
        if (now - drawn < REDRAW_MS) return;
        drawn = now;
        const place = `${input.policy}, seed ${input.seed} (${index + 1} of ${inputs.length})`;
        terminal.progress(`${place}: ${progressText(progress, (now - begun) / 1000)}`);
      });
    } catch (error) {
      if (error instanceof InvariantError) {
        terminal.say(`policy ${input.policy}, seed ${input.seed}, scenario SHA-256 ${scenarioSha256}`);
      }
      throw error;
    }
  });
  terminal.progress('');
  return records;
}

/** Simulated time, share done, requests per second, time left: as much of it as is known. */
export function progressText({ ended, total, simulated }: Progress, seconds: number): string {
  const perSecond = seconds > 0 ? ended / seconds : 0;
  const left = total === undefined || perSecond === 0 ? undefined : (total - ended) / perSecond;
  return [
    ...(total === undefined || total === 0
      ? [`${ended.toLocaleString('en-US')} requests`]
      : [`${Math.floor((100 * ended) / total)} %`]),
    `${Math.round(simulated).toLocaleString('en-US')} s simulated`,
    `${Math.round(perSecond).toLocaleString('en-US')} requests/s`,
    ...(left === undefined ? [] : [`${Math.ceil(left)} s left`]),
  ].join(' · ');
}
