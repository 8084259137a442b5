import type { Seconds } from '../../base/units.ts';
import type { ProfileResult } from '../decision.ts';
import type { ProfileHandler } from '../plugin.ts';
import { untypedRejection, type Rejection } from '../rejection.ts';
import type { RequestState } from '../request-state.ts';
import type { CycleOptions, SchedulingProfile } from './profile.ts';
import { ProfileResults } from './profile-results.ts';

/**
 * The profiles of one picker and the handler that says which of them run. Source: EPP/scheduling/scheduler.go of
 * llm-d-router at ebab6879.
 */
export class SchedulingCycle {
  private readonly handler: ProfileHandler;
  private readonly profiles: ReadonlyMap<string, SchedulingProfile>;
  private readonly names: readonly string[];
  /** Of the cycle under way. */
  private readonly results = new ProfileResults();

  constructor(handler: ProfileHandler, profiles: ReadonlyMap<string, SchedulingProfile>) {
    this.handler = handler;
    this.profiles = profiles;
    this.names = [...profiles.keys()];
  }

  /**
   * Runs the profiles that the handler asks for, until it asks for none, and lets it name the one that serves the request.
   * Fills state.results and state.primary. Every profile sees all candidates.
   */
  run(state: RequestState, now: Seconds, options: CycleOptions): Rejection | undefined {
    const { handler, results } = this;
    results.clear();
    let ran: ProfileResult[] | undefined;
    for (;;) {
      const next = handler.next(state, this.names, results);
      if (next.length === 0) break;
      for (const name of next) {
        const result = this.profiles.get(name)?.run(state, now, options);
        results.set(name, result !== undefined && result.targets.length > 0 ? result : undefined);
        if (result === undefined) continue;
        if (ran === undefined) ran = [result];
        else ran.push(result);
      }
    }
    state.results = ran ?? NOBODY_RAN;
    if (results.size === 0) return untypedRejection('failed to run any scheduler profile');
    const wrong = handler.finish(state, results);
    if (wrong !== undefined) return typedError(state.results) ?? untypedRejection(wrong);
    if (ran !== undefined) takeRewritten(ran, results);
    return undefined;
  }
}

const NOBODY_RAN: readonly ProfileResult[] = [];

/** The handler may have put other targets in the place of those that a profile found. */
function takeRewritten(ran: ProfileResult[], results: ProfileResults): void {
  for (let i = 0; i < ran.length; i++) {
    const result = ran[i];
    const final = result === undefined ? undefined : results.get(result.name);
    if (final !== undefined) ran[i] = final;
  }
}

/** Of the profiles that failed with one of the picker's codes, the first by name. */
function typedError(ran: readonly ProfileResult[]): Rejection | undefined {
  let first: ProfileResult | undefined;
  for (const result of ran) {
    if (result.error !== undefined && (first === undefined || result.name < first.name)) first = result;
  }
  return first?.error;
}
