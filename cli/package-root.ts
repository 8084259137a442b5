import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { invariant } from '../base/invariant.ts';

/** The folder of this package, whether the code runs from its source or from dist/: profiles and scenarios lie there. */
export function packageRoot(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    invariant(parent !== folder, 'the package has a package.json', { folder });
    folder = parent;
  }
  return folder;
}

/** Version of this package. */
export function packageVersion(): string {
  const text = readFileSync(path.join(packageRoot(), 'package.json'), 'utf8');
  const description: unknown = JSON.parse(text);
  invariant(
    typeof description === 'object' && description !== null && 'version' in description,
    'the package has a version',
  );
  return String(description.version);
}
