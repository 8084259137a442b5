import { throwProblems, type Problem } from '../../base/user-error.ts';
import { parseYaml } from '../../base/yaml-text.ts';
import { scenarioSchema, type Scenario } from '../schema/scenario-schema.ts';
import type { ScenarioResources } from '../resources.ts';
import { crossProblems } from './cross-checks.ts';
import { inOrder } from './in-order.ts';
import { nameProblems } from './name-problems.ts';
import { applyOverrides, parseOverride, type Override } from './override.ts';
import { policyVariants } from './policy-variants.ts';
import { liesWithin } from './scenario-path.ts';
import { schemaProblems, type Locate } from './schema-problems.ts';
import { sweepProblems } from './sweep-problems.ts';
import { withInferencePerf } from './with-inference-perf.ts';

/** A scenario without a mistake, as far as its text and the files that it names can tell. */
export interface LoadedScenario {
  readonly file: string;
  readonly scenario: Scenario;
  /** The scenario as each policy changes it for itself, by policy name; the scenario itself where it changes nothing. */
  readonly variants: ReadonlyMap<string, Scenario>;
  readonly locate: Locate;
}

/**
 * Reads a scenario, with `--set` overrides in place, and behind them the changes of a sweep. Throws one UserError that names
 * every mistake with file, line, column and a hint; of a scenario with a mistake nothing is used.
 */
export function loadScenario(
  { file, text }: { readonly file: string; readonly text: string },
  sets: readonly string[],
  resources: ScenarioResources,
  changes: readonly Override[] = [],
): LoadedScenario {
  const yaml = parseYaml(file, text);
  throwProblems(yaml.problems);
  const parsed = sets.map(parseOverride);
  const overrides = [...parsed.flatMap((one) => ('path' in one ? one : [])), ...changes];
  const applied = applyOverrides(yaml.value, overrides);
  const locate = locateWith(yaml.positionOf, overrides);
  const expanded = withInferencePerf(applied.raw, file, locate, resources);
  const problemsOf = (raw: unknown, where: Locate): Problem[] => [
    ...schemaProblems(scenarioSchema, raw, where),
    ...crossProblems(raw, where),
    ...sweepProblems(raw, where),
    ...nameProblems(raw, file, where, resources),
  ];
  const variants = policyVariants(expanded.raw, locate);
  const problems = [
    ...parsed.flatMap((one) => ('path' in one ? [] : one)),
    ...applied.problems,
    ...expanded.problems,
    ...problemsOf(expanded.raw, locate),
    ...variants.flatMap((variant) => [...variant.problems, ...problemsOf(variant.raw, variant.locate)]),
  ];
  throwProblems(inOrder(problems, file));
  const scenario = scenarioSchema.parse(expanded.raw);
  const changed = new Map(variants.map(({ policy, raw }) => [policy, scenarioSchema.parse(raw)]));
  return {
    file,
    scenario,
    variants: new Map(scenario.spec.policies.map(({ name }) => [name, changed.get(name) ?? scenario])),
    locate,
  };
}

/** A value that came with an override is written there and not in the file. */
function locateWith(inFile: Locate, overrides: readonly Override[]): Locate {
  return (path, of) => {
    const override = overrides.findLast((one) => liesWithin(path, one.path));
    return override === undefined ? inFile(path, of) : (override.at ?? { file: override.origin });
  };
}
