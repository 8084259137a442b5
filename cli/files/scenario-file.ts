import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { didYouMean } from '../../base/nearest.ts';
import { UserError } from '../../base/user-error.ts';
import { packageRoot } from '../package-root.ts';
import { readBytes } from './read-file.ts';
import { shownPath } from './user-path.ts';

/** Names of the scenarios that come with this package. */
export function shippedScenarios(): string[] {
  return readdirSync(path.join(packageRoot(), 'scenarios'))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

/** Where the scenario is that a user names: a file, or one that comes with this package. Throws UserError when neither is there. */
export function findScenario(name: string, cwd: string): string {
  const file = path.resolve(cwd, name);
  if (existsSync(file)) return file;
  const shipped = shippedScenarios();
  if (shipped.includes(name)) return path.join(packageRoot(), 'scenarios', `${name}.yaml`);
  throw new UserError({
    code: 'E_FILE',
    message: 'there is no such file',
    at: { file: name },
    hint: `${didYouMean(name, shipped) ?? 'name a file'}, or one of the scenarios that come with fleetcast: ${shipped.join(', ')}`,
  });
}

/** The text of a scenario that `findScenario` found. */
export function readScenario(file: string, cwd: string): { readonly file: string; readonly text: string } {
  const shown = shownPath(file, cwd);
  return { file: shown, text: readBytes(file, shown).toString('utf8') };
}
