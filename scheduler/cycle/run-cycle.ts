import type { Seconds } from '../../base/units.ts';
import type { ProfileResult } from '../decision.ts';
import type { ProfileHandler } from '../plugin.ts';
import { untypedRejection, type Rejection } from '../rejection.ts';
import type { RequestState } from '../request-state.ts';
import type { CycleOptions, SchedulingProfile } from './profile.ts';

/**
 * Runs the profiles that the handler asks for, until it asks for none, and lets it name the one that serves the request.
 * Fills state.results and state.primary. Every profile sees all candidates. Source: EPP/scheduling/scheduler.go of
 * llm-d-router at ebab6879.
 */
export function runCycle(
  state: RequestState,
  handler: ProfileHandler,
  profiles: ReadonlyMap<string, SchedulingProfile>,
  names: readonly string[],
  now: Seconds,
  options: CycleOptions,
): Rejection | undefined {
  const results = new Map<string, ProfileResult | undefined>();
  const ran: ProfileResult[] = [];
  for (;;) {
    const next = handler.next(state, names, results);
    if (next.length === 0) break;
    for (const name of next) {
      const profile = profiles.get(name);
      const result = profile?.run(state, now, options);
      results.set(name, result !== undefined && result.targets.length > 0 ? result : undefined);
      if (result !== undefined) ran.push(result);
    }
  }
  state.results = ran;
  if (results.size === 0) return untypedRejection('failed to run any scheduler profile');
  const wrong = handler.finish(state, results);
  if (wrong !== undefined) return typedError(ran) ?? untypedRejection(wrong);
  for (let i = 0; i < ran.length; i++) {
    const result = ran[i];
    const final = result === undefined ? undefined : results.get(result.name);
    if (final !== undefined) ran[i] = final;
  }
  return undefined;
}

/** Of the profiles that failed with one of the picker's codes, the first by name. */
function typedError(ran: readonly ProfileResult[]): Rejection | undefined {
  let first: ProfileResult | undefined;
  for (const result of ran) {
    if (result.error !== undefined && (first === undefined || result.name < first.name)) first = result;
  }
  return first?.error;
}
