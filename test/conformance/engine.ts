import { existsSync } from 'node:fs';
import path from 'node:path';

import { packageRoot } from '../../cli/package-root.ts';
import { ABLATIONS, type Ablation } from '../support/plain-engine/ablations.ts';
import { checkPlain, checkProduct } from './engine/check-case.ts';
import { profileRules, type RulesOf } from './engine/engine-versions.ts';
import { casesOf, traceFiles } from './engine/read-cases.ts';
import { Tally, type Verdict } from './engine/tally.ts';
import type { TraceCase } from './engine/trace-case.ts';

/**
 * Plays recorded engine traces (default: the shared ones) on the plain engine and on the product's, prints what became of
 * them and returns the exit code: 1 when anything differs. With `ablate`, switches off one rule at a time in the plain engine
 * and prints how many cases that loses; 1 when a rule loses none.
 */
export async function run(
  dir: string | undefined,
  options: { readonly ablate?: boolean },
  print: (line: string) => void,
): Promise<number> {
  const folder = dir ?? sharedTraces();
  if (!existsSync(folder)) {
    print(`there is no folder ${folder}: name one, or set FLEETCAST_SHARED`);
    return 1;
  }
  const files = traceFiles(folder);
  if (files.length === 0) {
    print(`${folder} holds no recorded cases (.jsonl, .jsonl.gz)`);
    return 1;
  }
  try {
    return options.ablate === true ? ablate(files, print) : compare(files, print);
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

function sharedTraces(): string {
  return path.resolve(packageRoot(), process.env.FLEETCAST_SHARED ?? '../shared', 'conformance/engine');
}

function compare(files: readonly string[], print: (line: string) => void): number {
  const rulesOf = profileRules();
  const tally = new Tally();
  for (const file of files) {
    try {
      const broken = (why: string): void => tally.addBroken(why);
      for (const recorded of casesOf(file, broken)) tally.add(recorded, verdict(recorded, rulesOf));
    } catch (error) {
      tally.addBroken(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  for (const line of tally.lines()) print(line);
  return tally.allIdentical() ? 0 : 1;
}

function verdict(recorded: TraceCase, rulesOf: RulesOf): Verdict {
  const rules = rulesOf(recorded.header.vllm);
  if (rules === undefined) {
    const came = `no engine profile describes vLLM ${recorded.header.vllm}`;
    return {
      differences: [{ engine: 'profile', difference: { where: 'version', expected: 'a profile', came } }],
    };
  }
  const checks = [
    { engine: 'plain engine', difference: checkPlain(recorded, rules) },
    { engine: 'engine', difference: checkProduct(recorded, rules) },
  ];
  return {
    differences: checks.flatMap(({ engine, difference }) =>
      difference === undefined ? [] : [{ engine, difference }],
    ),
  };
}

function ablate(files: readonly string[], print: (line: string) => void): number {
  const rulesOf = profileRules();
  const lost = new Map<Ablation, number>();
  let cases = 0;
  for (const file of files) {
    for (const recorded of casesOf(file)) {
      const rules = rulesOf(recorded.header.vllm);
      if (rules === undefined || checkPlain(recorded, rules) !== undefined) continue;
      cases++;
      for (const ablation of ablations())
        if (checkPlain(recorded, rules, ablation) !== undefined)
          lost.set(ablation, (lost.get(ablation) ?? 0) + 1);
    }
  }
  for (const ablation of ablations())
    print(`${ablation}: ${lost.get(ablation) ?? 0} of ${cases} cases lost when ${ABLATIONS[ablation]}`);
  const idle = ablations().filter((ablation) => !lost.has(ablation));
  print(
    idle.length === 0
      ? `each of ${ablations().length} rules matters to some of ${cases} cases`
      : `${idle.length} of ${ablations().length} rules matter to no case: ${idle.join(', ')}`,
  );
  return idle.length === 0 ? 0 : 1;
}

function ablations(): Ablation[] {
  return Object.keys(ABLATIONS) as Ablation[];
}
