import type { ProfileResults } from '../../cycle/profile-results.ts';
import type { RequestState } from '../../request-state.ts';

/** The profile that ran is the primary one; a text when it failed or there is not exactly one. */
export function onlyProfile(state: RequestState, results: ProfileResults): string | undefined {
  const { first: name, size } = results;
  if (name === undefined || size !== 1) return `one profile is expected, ${size} ran`;
  if (results.get(name) === undefined) return `failed to run scheduler profile '${name}'`;
  state.primary = name;
  return undefined;
}
