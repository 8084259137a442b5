import path from 'node:path';

import { UserError } from '../../base/user-error.ts';
import { loadScenario, type LoadedScenario } from '../../scenarios/load/load-scenario.ts';
import { resolveScenario } from '../../scenarios/resolve/resolve-scenario.ts';
import { commitOf, type Revision } from '../files/git-text.ts';
import { nodeResources } from '../files/node-resources.ts';
import { besides } from '../files/user-path.ts';
import type { CaseSource } from '../jobs/task.ts';
import type { Arm, Contest } from './contest.ts';

export interface Revisions {
  readonly baseline: string;
  /** undefined = the files as they are. */
  readonly candidate: string | undefined;
}

/**
 * Each of these policies that has a router config of its own, as it was at one commit against another, and the hashes of
 * the commits. Throws UserError when no policy has one, and for configs that are wrong at either commit.
 */
export function revisionContests(
  loaded: LoadedScenario,
  policies: readonly string[],
  source: CaseSource,
  revisions: Revisions,
): { readonly contests: Contest[]; readonly commits: { baseline: string; candidate: string } } {
  const file = path.resolve(source.cwd, loaded.file);
  const configured = loaded.scenario.spec.policies.filter(
    ({ name, router }) => policies.includes(name) && router.file !== undefined,
  );
  if (configured.length === 0) {
    throw new UserError({
      code: 'E_REVISION',
      message: `no policy of ${loaded.scenario.metadata.name} that is asked for has a router file, so revisions differ in nothing`,
      hint: 'give one: { name: llm-d, router: { file: router.yaml } }',
    });
  }
  const files = configured.map(({ router }) => besides(router.file ?? '', file));
  const folder = path.dirname(files[0] ?? file);
  const revisionOf = (name: string | undefined): Revision | undefined =>
    name === undefined ? undefined : { commit: commitOf(name, folder), files };
  const sides = [revisions.baseline, revisions.candidate].map((name) => {
    const revision = revisionOf(name);
    // Before anything is played: a config that is wrong is named with its commit.
    const resources = nodeResources(source.cwd, revision);
    resolveScenario(loadScenario(source.scenario, source.sets, resources), resources);
    return { name: name ?? 'working tree', revision };
  });
  const arm = (policy: string, side: (typeof sides)[number] | undefined): Arm => ({
    name: `${policy}@${side?.name}`,
    policy,
    source: { ...source, revision: side?.revision },
    hasScores: true,
  });
  return {
    contests: configured.map(({ name }) => ({
      baseline: arm(name, sides[0]),
      candidate: arm(name, sides[1]),
    })),
    commits: {
      baseline: sides[0]?.revision?.commit ?? '',
      candidate: sides[1]?.revision?.commit ?? 'working tree',
    },
  };
}
