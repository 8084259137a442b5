import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

import type { ProfileKind, ProfileSource, ProfileText } from '../../hardware-profiles/profile-source.ts';
import type { ScenarioResources } from '../../scenarios/resources.ts';
import { packageRoot } from '../package-root.ts';
import { textAt, type Revision } from './git-text.ts';
import { readBytes } from './read-file.ts';
import { openTrace } from './trace-files.ts';
import { besides, shownPath } from './user-path.ts';

/** What scenarios name, read from disk, or files of a revision from its commit; `cwd` is where the user stands. */
export function nodeResources(cwd: string, revision?: Revision): ScenarioResources {
  const text = (file: string): ProfileText => {
    const shown = shownPath(file, cwd);
    if (revision?.files.includes(file) === true)
      return {
        file: `${shown}@${revision.commit.slice(0, 12)}`,
        text: textAt(file, revision.commit, shown),
      };
    return { file: shown, text: readBytes(file, shown).toString('utf8') };
  };
  return {
    profiles: nodeProfiles(),
    text: (name, from) => text(besides(name, path.resolve(cwd, from))),
    trace(name, from, format) {
      const file = besides(name, path.resolve(cwd, from));
      return openTrace(file, shownPath(file, cwd), format);
    },
    builtinRouter: (name) => ({
      file: `builtin ${name}`,
      text: readBytes(path.join(packageRoot(), 'scenarios', 'routers', `${name}.yaml`), name).toString(
        'utf8',
      ),
    }),
  };
}

/** The profiles that come with this package. */
export function nodeProfiles(): ProfileSource {
  const root = path.join(packageRoot(), 'hardware-profiles');
  return {
    names(kind) {
      const folder = path.join(root, kind);
      if (!existsSync(folder)) return [];
      const extension = extensionOf(kind);
      return readdirSync(folder)
        .filter((file) => file.endsWith(extension))
        .map((file) => file.slice(0, -extension.length))
        .sort();
    },
    read(kind, name) {
      const file = path.join(root, kind, `${name}${extensionOf(kind)}`);
      if (!existsSync(file)) return undefined;
      const shown = `hardware-profiles/${kind}/${name}${extensionOf(kind)}`;
      return { file: shown, text: readBytes(file, shown).toString('utf8') };
    },
  };
}

/** Kernel tables are written by a program, the rest by people. */
function extensionOf(kind: ProfileKind): string {
  return kind === 'kernels' ? '.json' : '.yaml';
}
