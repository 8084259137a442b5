import { formatProblem } from '../../base/user-error.ts';
import { loadScenario } from '../../scenarios/load/load-scenario.ts';
import { resolveScenario, type ResolvedScenario } from '../../scenarios/resolve/resolve-scenario.ts';
import type { EngineConfig } from '../../sim/engine/engine-config.ts';
import { problemsOf, resourcesOf } from './scenario-text.ts';

/** A scenario, changed by `--set`, with every default. */
export function resolve(text: string, sets: readonly string[] = []): ResolvedScenario {
  const resources = resourcesOf();
  return resolveScenario(loadScenario({ file: 's.yaml', text }, sets, resources), resources);
}

/** What a scenario is refused with, as it is printed. */
export function refusals(text: string, sets: readonly string[] = []): string[] {
  return problemsOf(() => resolve(text, sets)).map(formatProblem);
}

/** The engine of the first pool under a policy. */
export function engineOf(scenario: ResolvedScenario, policy = 0): EngineConfig {
  const found = scenario.policies[policy]?.pools[0]?.engine;
  if (found === undefined) throw new Error('the scenario has a pool');
  return found;
}

/** The labels of one code. */
export function labelsOf(scenario: ResolvedScenario, code: string): string[] {
  return (scenario.policies[0]?.labels ?? []).filter((one) => one.code === code).map(({ text }) => text);
}

/** Changes for `--set`: one GPU a server; a setting of the engine. */
export const TP1 = 'spec.fleet.pools[0].tensor_parallel_size=1';
export const engine = (setting: string): string => `spec.fleet.pools[0].engine.${setting}`;
