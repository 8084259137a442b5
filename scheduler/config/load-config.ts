import { throwProblems, type Problem } from '../../base/user-error.ts';
import type { PluginType } from '../plugin-type.ts';
import { PLUGIN_TYPES } from '../registry.ts';
import { Assembly } from './assembly.ts';
import { configProblem } from './config-error.ts';
import type { ConfigNode } from './config-node.ts';
import { completeDataGraph, type DataGraph } from './data-graph.ts';
import { BUILT_IN_DEFAULT } from './default-config.ts';
import { describeConfig } from './describe-config.ts';
import { readFeatureGates, type FeatureGates } from './feature-gates.ts';
import { buildFlowControl } from './flow-control-config.ts';
import type { LoadedConfig } from './loaded-config.ts';
import { pickConfig, type PickedConfig } from './pick-config.ts';
import { orderPlugins } from './plugin-order.ts';
import { decodeConfig, type RawConfig } from './raw-config.ts';
import { fillDefaults } from './system-defaults.ts';
import { addDeclaredPlugins, validate } from './validate.ts';

export interface LoadOptions {
  /** Named in positions. */
  readonly file?: string;
  /** Which entry of a ConfigMap is the configuration; stands for the picker's flag --config-file. */
  readonly key?: string | undefined;
  /** Stands for the picker's flag --allow-experimental-plugins. */
  readonly allowExperimental?: boolean;
  /** Plugin types in place of the registry's, for tests. */
  readonly types?: ReadonlyMap<string, PluginType>;
}

/**
 * Loads an EndpointPickerConfig (YAML or JSON, also inside a ConfigMap; the empty text is the built-in default) as
 * llm-d's picker does at ebab6879. Throws one UserError with every mistake and its place.
 */
export function loadConfig(text: string, options: LoadOptions = {}): LoadedConfig {
  const { config, problems } = tryLoadConfig(text, options);
  throwProblems(problems);
  if (config === undefined) throw new Error('a configuration without mistakes loads');
  return config;
}

/** As loadConfig, with the mistakes as a value. */
export function tryLoadConfig(
  text: string,
  options: LoadOptions = {},
): { readonly config: LoadedConfig | undefined; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const found = read(text, options.file ?? 'config.yaml', options.key, problems);
  if (found === undefined || problems.length > 0) return { config: undefined, problems };
  const config = assemble(found, options, problems);
  return { config: problems.length > 0 ? undefined : config, problems };
}

interface Read {
  readonly raw: RawConfig;
  readonly picked: PickedConfig;
}

function read(text: string, file: string, key: string | undefined, problems: Problem[]): Read | undefined {
  const picked = pickConfig(text === '' ? BUILT_IN_DEFAULT : text, file, key, problems);
  if (picked === undefined) return undefined;
  const { parsed } = picked;
  if (parsed.notJson !== undefined) {
    problems.push(parsed.notJson);
    return undefined;
  }
  const root: ConfigNode = parsed.root ?? { kind: 'map', at: { file, line: 1, column: 1 }, entries: [] };
  const raw = decodeConfig(root, problems);
  return raw === undefined ? undefined : { raw, picked };
}

function assemble({ raw, picked }: Read, options: LoadOptions, problems: Problem[]): LoadedConfig {
  const gates = readFeatureGates(raw, problems);
  const assembly = new Assembly(options.types ?? PLUGIN_TYPES, raw.at, problems);
  addDeclaredPlugins(raw, assembly);
  const filled = fillDefaults(raw, assembly);
  validate(raw, filled, assembly);
  const flowControl = gates.flowControl ? buildFlowControl(raw, assembly) : undefined;
  const graph = completeDataGraph(assembly);
  const ordered = orderPlugins(assembly);
  if (options.allowExperimental !== true) refuseAlpha(assembly);
  return {
    plugins: ordered,
    effective: describeConfig({ assembly, filled, gates, flowControl, graph }),
    warnings: [...picked.warnings, ...warningsOf(raw, gates, assembly, graph)],
    text: picked.text,
  };
}

function refuseAlpha(assembly: Assembly): void {
  for (const { name, type } of assembly.plans) {
    if (type.maturity === 'alpha')
      assembly.problems.push(
        configProblem(
          'alpha-not-allowed',
          assembly.placeOf(name),
          `the plugin type ${type.type} is alpha`,
          'allow experimental plugins (allow_experimental) to use it',
        ),
      );
  }
}

function warningsOf(raw: RawConfig, gates: FeatureGates, assembly: Assembly, graph: DataGraph): string[] {
  const warnings = [...raw.deprecated];
  if (!gates.flowControl && raw.flowControl?.hasSettings === true)
    warnings.push('flowControl is set and has no effect: the feature gate flowControl is off');
  for (const { name, type } of assembly.plans) {
    if (type.maturity === 'deprecated') warnings.push(`the plugin type ${type.type} (${name}) is deprecated`);
  }
  const names = graph.producers.map(({ type }) => type.type);
  if (names.includes('inflight-load-producer') && names.some((name) => name.includes('prefix-cache')))
    warnings.push(
      'nothing orders the in-flight producer after the prefix producer: chance decides at start-up',
    );
  return warnings;
}
