/*
 * npm run accuracy [-- PATH...]: forecasts everything that was measured (default: data/measurements and data/published of
 * the shared data), writes the errors to hardware-profiles/model-error.json, from which run and plan take their bands, and
 * the table to README.md.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const shared = path.resolve(root, process.env.FLEETCAST_SHARED ?? '../shared');
const given = process.argv.slice(2);
const paths =
  given.length > 0 ? given : ['measurements', 'published'].map((name) => path.join(shared, 'data', name));
const folder = mkdtempSync(path.join(tmpdir(), 'fleetcast-accuracy-'));
const table = path.join(folder, 'accuracy.md');
const outputs = {
  'model-error': path.join(root, 'hardware-profiles', 'model-error.json'),
  markdown: table,
};
const done = spawnSync(
  process.execPath,
  [
    path.join(root, 'dist', 'cli', 'main.js'),
    'validate',
    ...paths,
    ...Object.entries(outputs).flatMap(([format, file]) => ['-o', `${format}=${file}`]),
  ],
  { stdio: 'inherit' },
);
if (done.status === 0) {
  const readme = path.join(root, 'README.md');
  const text = readFileSync(readme, 'utf8');
  const marked = /(<!-- accuracy: npm run accuracy -->\n)[\s\S]*?(?=<!-- end of accuracy -->)/;
  writeFileSync(
    readme,
    text.replace(marked, (_, begin) => `${begin}\n${readFileSync(table, 'utf8')}\n`),
  );
}
rmSync(folder, { recursive: true });
process.exitCode = done.status ?? 1;
