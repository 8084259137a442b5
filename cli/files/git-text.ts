import { execFileSync } from 'node:child_process';
import path from 'node:path';

import { UserError } from '../../base/user-error.ts';

/** Files whose text comes from a commit instead of the disk. */
export interface Revision {
  /** Full hash. */
  readonly commit: string;
  /** Absolute paths. */
  readonly files: readonly string[];
}

/** The commit that a user names (`main`, `HEAD~1`) in the repository that holds `folder`. Throws UserError for none. */
export function commitOf(name: string, folder: string): string {
  return git(folder, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`], () => ({
    message: `"${name}" is no commit of the repository that holds ${folder}`,
    hint: 'name a branch, a tag or a hash; a shallow clone holds only the last commits (fetch-depth: 0)',
  })).trim();
}

/** The text of a file as it was at a commit. Throws UserError where the commit does not have it. */
export function textAt(file: string, commit: string, shown: string): string {
  return git(path.dirname(file), ['show', `${commit}:./${path.basename(file)}`], () => ({
    message: `${shown} does not exist at ${commit.slice(0, 12)}`,
    hint: 'compare commits that both have the file',
  }));
}

function git(
  folder: string,
  args: readonly string[],
  problem: () => { readonly message: string; readonly hint: string },
): string {
  try {
    return execFileSync('git', ['-C', folder, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new UserError({
      code: 'E_GIT',
      ...(isMissing
        ? { message: 'git is not installed', hint: 'revisions are read with the git command' }
        : problem()),
    });
  }
}
