import { RUNNING_ROW, type SchedulingPass } from './scheduling-pass.ts';
import type { Sequence } from './sequence.ts';

/**
 * With prefillScheduleInterval N a pass carries no prefill until N passes have gone by since the last one that did,
 * unless that one could not take all or nothing decodes.
 */
export class PrefillInterval {
  private readonly interval: number;
  /** Passes with rows since the last one that carried a prefill, that one included; and whether that one left some. */
  private passesSincePrefill = Infinity;
  private prefillsLeft = false;

  constructor(interval: number) {
    this.interval = interval;
  }

  /** Whether the next pass may carry no prefill. */
  defers(running: readonly Sequence[]): boolean {
    if (this.passesSincePrefill >= this.interval || this.prefillsLeft) return false;
    return running.some(({ isChunk }) => !isChunk);
  }

  /** A pass is composed; `waiting` requests were left. */
  count(pass: SchedulingPass, deferred: boolean, waiting: number): void {
    if (!deferred && pass.preempted.length === 0) this.prefillsLeft = waiting > 0;
    if (pass.rows === 0) return;
    let carried = pass.hasPrefill;
    for (let row = 0; row < pass.rows; row++) {
      const known = pass.sequences[row]?.tokens ?? 0;
      if (pass.kinds[row] !== RUNNING_ROW && (pass.computed[row] ?? 0) < known - 1) carried = true;
    }
    this.passesSincePrefill = carried ? 1 : this.passesSincePrefill + 1;
  }

  /** Passes without a prefill have gone by. */
  leap(steps: number): void {
    this.passesSincePrefill += steps;
  }
}
