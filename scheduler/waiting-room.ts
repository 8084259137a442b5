import type { Seconds } from '../base/units.ts';
import { ADMITTED, type AdmissionOutcome } from './admission.ts';
import type { Holder } from './plugin.ts';
import type { RequestState } from './request-state.ts';

/**
 * Where admitted requests stay while a producer keeps them back; each passes the holders one after the other. To the host
 * they are queued.
 */
export class WaitingRoom {
  private readonly holders: readonly Holder[];

  constructor(holders: readonly Holder[]) {
    this.holders = holders;
  }

  /** Whether anybody keeps the request, from holder `first` on. */
  keeps(state: RequestState, now: Seconds, first = 0): boolean {
    for (let i = first; i < this.holders.length; i++) {
      if (this.holders[i]?.hold(state, now) === true) return true;
    }
    return false;
  }

  /** Lets those go whose time has come, except who has left meanwhile; returns the next instant at which that happens. */
  release(now: Seconds, outcomes: AdmissionOutcome[]): Seconds {
    let next = Infinity;
    for (let i = 0; i < this.holders.length; i++) {
      const released: RequestState[] = [];
      next = Math.min(next, this.holders[i]?.release(now, released) ?? Infinity);
      for (const state of released) {
        if (state.phase === 'queued' && !this.keeps(state, now, i + 1))
          outcomes.push({ state, admission: ADMITTED });
      }
    }
    return next;
  }
}
