import { random } from '../../../base/random.ts';
import { parseGoYaml } from '../../../scheduler/config/go-yaml.ts';
import { ParameterReader } from '../../../scheduler/config/parameter-reader.ts';
import { DataKeys } from '../../../scheduler/data-key.ts';
import type { Plugin } from '../../../scheduler/plugin.ts';
import type { PluginContext } from '../../../scheduler/plugin-type.ts';
import { PLUGIN_TYPES } from '../../../scheduler/registry.ts';

/** One plugin on its own; parameters as YAML. */
export function makePlugin<P extends Plugin>(
  type: string,
  parameters = '{}',
  context: Partial<PluginContext> & { readonly seed?: number } = {},
): P {
  const entry = PLUGIN_TYPES.get(type);
  if (entry === undefined) throw new Error(`there is no plugin type ${type}`);
  const problems: { message: string }[] = [];
  const at = { file: 'parameters.yaml', line: 1, column: 1 };
  const reader = new ParameterReader(
    parseGoYaml(parameters, at.file).root,
    at,
    'parameters',
    problems as never,
  );
  const plan = entry.prepare(type, reader);
  reader.finish();
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('; '));
  const keys = new DataKeys();
  return plan.create({
    name: type,
    key: (text) => keys.key(text),
    tieBreak: 'random',
    latencyPredictor: undefined,
    random: (stream = '') => random(context.seed ?? 1, 0, stream),
    plugin: () => undefined,
    plugins: () => [],
    endpoints: () => [],
    ...context,
  }) as P;
}
