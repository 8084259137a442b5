import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { FAMILIES } from './scheduler/families.ts';
import type { Family, Outcome } from './scheduler/family.ts';
import { threw } from './scheduler/guarded.ts';
import { readJsonLines } from './scheduler/read-json-lines.ts';

/** Differences that are printed per family; the rest is counted. */
const SHOWN = 10;
/** Characters that are printed of a line that is no JSON. */
const CUT = 80;
const HOME = '../shared/conformance/scheduler';

/**
 * Checks every file of recorded decisions (.jsonl, .jsonl.gz) in a folder against scheduler/, prints counts per family and
 * the first differences with what caused them, the total last. Lines that are no JSON, and whatever breaks a check, count as
 * differences. Returns the exit code: 1 on any difference, 2 when there is nothing to check.
 */
export async function run(dir: string | undefined, print: (line: string) => void): Promise<number> {
  const folder = dir ?? HOME;
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => /\.jsonl(\.gz)?$/.test(name)) : [];
  if (files.length === 0) {
    print(`no recorded decisions (.jsonl, .jsonl.gz) in ${folder}`);
    return 2;
  }
  let total = 0;
  let identical = 0;
  for (const name of files.sort()) {
    const counts = checkFile(path.join(folder, name), name, print);
    total += counts.total;
    identical += counts.identical;
  }
  print(`${identical} of ${total} identical`);
  return identical === total && total > 0 ? 0 : 1;
}

interface Counts {
  readonly total: number;
  readonly identical: number;
}

function checkFile(file: string, name: string, print: (line: string) => void): Counts {
  let total = 0;
  let identical = 0;
  let shown = 0;
  const count = (outcome: Outcome): void => {
    total++;
    if (outcome.differences.length === 0) identical++;
    else if (shown++ < SHOWN) describe(outcome, print);
  };
  const broken = (line: number, text: string): void =>
    count(failure(`line ${line}`, 'a JSON object', text.slice(0, CUT), name));
  let family: Family | undefined;
  try {
    const lines = readJsonLines(file, broken);
    const first: unknown = lines.next().value;
    const suite = first as { family?: string; format?: number } | undefined;
    family = FAMILIES.get(suite?.family ?? '');
    if (family === undefined || suite?.format !== 1) {
      print(`${name}: unknown family ${suite?.family} in format ${suite?.format}`);
      return { total: total + 1, identical: 0 };
    }
    for (const outcome of family.check(lines)) count(outcome);
    if (total === 0) count(failure(name, 'recorded cases', 'none', name));
  } catch (error) {
    count({ id: name, differences: [threw(error, name)] });
  }
  print(`${family?.name ?? name}: ${identical} of ${total} identical`);
  return { total, identical };
}

function failure(id: string, expected: string, actual: string, cause: string): Outcome {
  return { id, differences: [{ field: 'file', expected, actual, cause }] };
}

function describe({ id, differences }: Outcome, print: (line: string) => void): void {
  const [first] = differences;
  if (first === undefined) return;
  print(`  ${id}: ${first.field}`);
  print(`    expected ${JSON.stringify(first.expected)}`);
  print(`    actual   ${JSON.stringify(first.actual)}`);
  print(`    ${differences.length} difference(s); cause: ${first.cause}`);
}
