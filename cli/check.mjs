/*
 * `npm run check`: format, lint, types, import boundaries, dead code, and every test, those that need a browser included.
 * Each step is named as it passes or fails; skipped tests are named; the last line is `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const bin = (name) => path.join(root, 'node_modules', '.bin', name);

const results = [
  step('format', bin('prettier'), ['--check', '--log-level', 'warn', '.']),
  step('lint', bin('oxlint'), ['--type-aware', '--deny-warnings']),
  step('types', bin('tsc'), ['-p', '.']),
  step('import boundaries', bin('depcruise'), ['--config', '.dependency-cruiser.cjs', '.'], sawModules),
  step('dead code', bin('knip'), ['--no-progress']),
];
const tests = runTests();
const passed = results.filter(Boolean).length + tests.passed;
const failed = results.length - results.filter(Boolean).length + tests.failed;
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);

function step(name, command, args, accept = () => true) {
  const done = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 });
  const ok = done.status === 0 && accept(done.stdout);
  process.stdout.write(`${ok ? '✓' : '✗'} ${name}\n${ok ? '' : `${done.stdout}${done.stderr}\n`}`);
  return ok;
}

/** A checker that saw nothing would call everything fine. */
function sawModules(output) {
  return Number(/\((\d+) modules/.exec(output)?.[1] ?? 0) > 50;
}

function runTests() {
  const folder = mkdtempSync(path.join(tmpdir(), 'fleetcast-check-'));
  const file = path.join(folder, 'tests.json');
  spawnSync(
    process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
    ],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  rmSync(folder, { recursive: true, force: true });
  if (report === undefined) return { passed: 0, failed: 1 };
  const all = report.testResults.flatMap(({ name, status, assertionResults }) =>
    assertionResults.length === 0 && status === 'failed'
      ? [{ fullName: `${name} (did not load)`, status }]
      : assertionResults,
  );
  const skipped = all.filter(
    ({ status }) => status === 'skipped' || status === 'pending' || status === 'todo',
  );
  const count = (wanted) => all.filter(({ status }) => status === wanted).length;
  const shared = process.env.FLEETCAST_SHARED !== undefined || existsSync(path.join(root, '..', 'shared'));
  if (skipped.length > 0) {
    const names = skipped.map(({ fullName }) => fullName).join('; ');
    process.stdout.write(
      `${skipped.length} skipped${shared ? ', although the shared data is there' : ''}: ${names}\n`,
    );
  }
  return { passed: count('passed'), failed: count('failed') + (shared ? skipped.length : 0) };
}
