import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

import { UserError } from '../../base/user-error.ts';
import { publishedExperiments } from '../../calibration/validate/published/published-experiments.ts';
import { reasonIfBroken } from '../../calibration/validate/reason-if-broken.ts';
import { servingPoints } from '../../calibration/validate/serving-points.ts';
import { staticBatches } from '../../calibration/validate/static-batches.ts';
import { joined, NOTHING, type Measurements } from '../../calibration/validate/validation-case.ts';
import { vllmRun } from '../../calibration/validate/vllm-run.ts';
import { traceFilesOf } from '../../sim/workload/trace/trace-format.ts';
import { nodeProfiles } from '../files/node-resources.ts';
import { readBytes } from '../files/read-file.ts';
import { shownPath } from '../files/user-path.ts';
import { readScenarioRun } from './read-scenario-run.ts';

/**
 * The measurements in files and folders (those in folders below as well). Throws UserError for a path that is not there,
 * for a named file that holds no measurements, and when nothing was found at all.
 */
export function readMeasurements(names: readonly string[], cwd: string): Measurements {
  const found = joined(names.map((name) => readNamed(path.resolve(cwd, name), name, cwd)));
  if (found.cases.length > 0 || found.notScored.some(({ reason }) => reason !== UNREAD)) return found;
  throw new UserError({
    code: 'E_VALIDATE',
    message: `no measurements in ${names.join(', ')}`,
    hint: FORMATS,
  });
}

const FORMATS =
  'measurements are a CSV of serving points, a recorded vLLM run, published experiments, or a scenario with a measured workload';

/** Why a file in a folder is left out. */
const UNREAD = 'holds no measurements that are read';

/** What a recorded vLLM run consists of. */
const RUN_FILES = new Set(['meta.json', 'requests.jsonl']);

function readNamed(file: string, name: string, cwd: string): Measurements {
  if (!existsSync(file)) {
    throw new UserError({ code: 'E_FILE', message: 'there is no such file or folder', at: { file: name } });
  }
  if (statSync(file).isDirectory()) return readFolder(file, cwd);
  const found = readFile(file, cwd);
  if (found !== undefined) return found;
  throw new UserError({
    code: 'E_VALIDATE',
    message: 'holds no measurements that can be read',
    at: { file: name },
    hint: FORMATS,
  });
}

function readFolder(folder: string, cwd: string): Measurements {
  const has = (name: string): boolean => existsSync(path.join(folder, name));
  if (has('meta.json') && has('requests.jsonl')) {
    const [meta, requests] = [path.join(folder, 'meta.json'), path.join(folder, 'requests.jsonl')];
    const run = listedIfBroken(folder, cwd, () =>
      vllmRun(
        folder,
        { file: shownPath(meta, cwd), text: textOf(meta, cwd) },
        traceFilesOf(shownPath(requests, cwd), textOf(requests, cwd)),
        nodeProfiles(),
      ),
    );
    const others = readdirSync(folder)
      .toSorted()
      .filter((name) => !RUN_FILES.has(name));
    return joined([run, ...others.map((name) => unread(path.join(folder, name), cwd))]);
  }
  const entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return joined(
    entries.map((entry) => {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) return readFolder(file, cwd);
      const accompanies = entry.name === 'workloads.json' && has('experiments.json');
      return listedIfBroken(
        file,
        cwd,
        () => readFile(file, cwd) ?? (accompanies ? NOTHING : unread(file, cwd)),
      );
    }),
  );
}

/** What is broken in a folder does not keep the rest of it from being scored. */
function listedIfBroken(file: string, cwd: string, read: () => Measurements): Measurements {
  const found = reasonIfBroken(read);
  return typeof found === 'string'
    ? { ...NOTHING, notScored: [{ id: shownPath(file, cwd), reason: found }] }
    : found;
}

function unread(file: string, cwd: string): Measurements {
  return { ...NOTHING, notScored: [{ id: shownPath(file, cwd), reason: UNREAD }] };
}

/** Undefined for a file that holds no measurements. */
function readFile(file: string, cwd: string): Measurements | undefined {
  const shown = shownPath(file, cwd);
  if (/\.csv(\.gz)?$/.test(file)) {
    const content = textOf(file, cwd);
    const header = content.slice(0, content.indexOf('\n')).split(',');
    if (header.includes('silicon_tpot_ms'))
      return servingPoints(traceFilesOf(shown, content), nodeProfiles());
    if (header.includes('token_time') && header.includes('prompt_time'))
      return staticBatches(traceFilesOf(shown, content), nodeProfiles());
  }
  if (path.basename(file) === 'experiments.json') {
    return publishedExperiments(
      shown,
      listIn(file, cwd),
      listIn(path.join(path.dirname(file), 'workloads.json'), cwd),
      nodeProfiles(),
    );
  }
  if (/\.ya?ml$/.test(file)) return readScenarioRun({ file: shown, text: textOf(file, cwd) }, cwd);
  return undefined;
}

function textOf(file: string, cwd: string): string {
  return readBytes(file, shownPath(file, cwd)).toString('utf8');
}

/** The list that a JSON file is, or holds under `workloads`. */
function listIn(file: string, cwd: string): readonly unknown[] {
  const value = jsonIn(file, cwd);
  const list = typeof value === 'object' && value !== null && 'workloads' in value ? value.workloads : value;
  return Array.isArray(list) ? list : [];
}

function jsonIn(file: string, cwd: string): unknown {
  try {
    return JSON.parse(textOf(file, cwd));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UserError({
      code: 'E_VALIDATE',
      message: 'is no JSON document',
      at: { file: shownPath(file, cwd) },
    });
  }
}
