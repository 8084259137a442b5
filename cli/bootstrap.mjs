/*
 * Runs before anything is installed or built, on Node alone: `npm start`, `npm test` and their siblings come here.
 * Installs the packages when the lockfile has changed, builds when a source has, then hands over. Speaks on stderr only,
 * so that stdout carries nothing but what the command itself prints.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const installed = path.join(root, 'node_modules', '.fleetcast-installed');
const [task = 'start', ...args] = process.argv.slice(2);

/** What each task builds (a tsconfig), and what it then runs. */
const PRODUCT = 'tsconfig.build.json';
const TOOLS = 'tsconfig.tools.json';
const TASKS = {
  start: { project: PRODUCT, command: ['dist/cli/main.js', ...args] },
  build: { project: PRODUCT },
  test: {
    project: PRODUCT,
    command: ['node_modules/vitest/vitest.mjs', 'run', '--project', 'node', ...args],
  },
  check: { project: PRODUCT, command: ['cli/check.mjs', ...args] },
  bench: { project: TOOLS, command: ['--expose-gc', 'dist/bench/main.js', ...args] },
  conformance: { project: TOOLS, command: ['dist/test/conformance/main.js', ...args] },
  'gate-study': { project: TOOLS, command: ['dist/test/gate-study.js', ...args] },
  soak: { project: TOOLS, command: ['dist/test/soak.js', ...args] },
  accuracy: { project: PRODUCT, command: ['cli/accuracy.mjs', ...args] },
  'fit-profiles': { project: TOOLS, command: ['dist/calibration/fit-profiles.js', ...args] },
};

const chosen = TASKS[task];
if (chosen === undefined) {
  process.stderr.write(`unknown task "${task}"; tasks: ${Object.keys(TASKS).join(', ')}\n`);
  process.exit(2);
}
install();
build(chosen.project);
if (chosen.command !== undefined) run(chosen.command);

function install() {
  const lock = digest([path.join(root, 'package-lock.json')]);
  if (existsSync(installed) && readFileSync(installed, 'utf8') === lock) return;
  process.stderr.write('fleetcast: installing packages …\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const done = spawnSync(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (done.status !== 0) {
    process.stderr.write(
      'fleetcast: npm ci failed (see above); Node >= 20.19 and the npm registry are needed\n',
    );
    process.exit(1);
  }
  writeFileSync(installed, lock);
}

function build(project) {
  const built = path.join(root, 'dist', `.built-by-${project}`);
  const sources = digest(sourceFiles(root));
  if (existsSync(built) && readFileSync(built, 'utf8') === sources) return;
  process.stderr.write('fleetcast: building …\n');
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const done = spawnSync(process.execPath, [tsc, '-p', project], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (done.status !== 0) process.exit(1);
  const joined = spawnSync(process.execPath, [path.join('cli', 'bundle.mjs')], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (joined.status !== 0) process.exit(1);
  writeFileSync(built, sources);
}

function run([script = '', ...rest]) {
  const where = process.env.INIT_CWD ?? process.cwd();
  const flags = script.startsWith('--')
    ? [script, path.join(root, rest.shift() ?? '')]
    : [path.join(root, script)];
  const done = spawnSync(process.execPath, [...flags, ...rest], {
    cwd: task === 'start' || task === 'conformance' ? where : root,
    stdio: 'inherit',
  });
  if (done.signal !== null) process.exit(done.signal === 'SIGINT' ? 130 : 143);
  if (done.status !== 0) process.exit(done.status ?? 1);
}

function sourceFiles(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules' && name !== 'dist')
    .flatMap((entry) => {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) return sourceFiles(file);
      return /\.ts$|^tsconfig.*\.json$/.test(entry.name) && statSync(file).isFile() ? [file] : [];
    })
    .sort();
}

function digest(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(path.relative(root, file)).update('\0').update(readFileSync(file));
  return hash.digest('hex');
}
