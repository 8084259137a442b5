import type { ProfileResults } from '../../plugin.ts';
import type { RequestState } from '../../request-state.ts';

/** The profile that ran is the primary one; a text when it failed or there is not exactly one. */
export function onlyProfile(state: RequestState, results: ProfileResults): string | undefined {
  const [first] = results;
  if (first === undefined || results.size !== 1) return `one profile is expected, ${results.size} ran`;
  const [name, result] = first;
  if (result === undefined) return `failed to run scheduler profile '${name}'`;
  state.primary = name;
  return undefined;
}
