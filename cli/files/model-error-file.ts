import { existsSync } from 'node:fs';
import path from 'node:path';

import { modelError, type ModelError } from '../../documents/model-error.ts';
import { packageRoot } from '../package-root.ts';
import { readBytes } from './read-file.ts';

/** The errors that `npm run accuracy` wrote last; undefined where it never did. */
export function modelErrorFile(): ModelError | undefined {
  const name = 'hardware-profiles/model-error.json';
  const file = path.join(packageRoot(), name);
  if (!existsSync(file)) return undefined;
  return modelError.parse(JSON.parse(readBytes(file, name).toString('utf8')));
}
