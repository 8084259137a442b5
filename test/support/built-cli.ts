import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Builds what has changed, and returns the program as it is installed: the file behind `fleetcast`. */
export function buildCli(): string {
  const done = spawnSync(process.execPath, [path.join('cli', 'bootstrap.mjs'), 'build'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (done.status !== 0) throw new Error(`the program does not build:\n${done.stderr}`);
  return path.join(root, 'dist', 'cli', 'main.js');
}
