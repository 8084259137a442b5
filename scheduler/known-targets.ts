import type { ProfileResult } from './decision.ts';
import type { Fleet } from './fleet.ts';

/** Results without the targets that the fleet has forgotten since the decision; mostly the list that was given. */
export function withKnownTargets(results: readonly ProfileResult[], fleet: Fleet): readonly ProfileResult[] {
  for (const { targets } of results) {
    for (const { endpoint } of targets) {
      if (!fleet.knows(endpoint)) return results.map((result) => cut(result, fleet));
    }
  }
  return results;
}

function cut(result: ProfileResult, fleet: Fleet): ProfileResult {
  return { ...result, targets: result.targets.filter(({ endpoint }) => fleet.knows(endpoint)) };
}
