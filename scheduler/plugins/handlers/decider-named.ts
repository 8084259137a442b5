import { has, type Decider } from '../../plugin.ts';
import type { DeclaredPlugin, PluginContext } from '../../plugin-type.ts';

/** What is wrong with plugins that are mentioned as deciders; undeclared ones are reported elsewhere. */
export function checkDeciders(
  names: readonly (string | undefined)[],
  declared: readonly DeclaredPlugin[],
): string | undefined {
  const wrong = declared.find(({ name, type }) => names.includes(name) && !type.roles.includes('decider'));
  return wrong === undefined ? undefined : `${wrong.name} (${wrong.type.type}) is no decider`;
}

/** The decider of this name, made before. */
export function deciderNamed(name: string | undefined, context: PluginContext): Decider | undefined {
  const plugin = name === undefined ? undefined : context.plugin(name);
  return plugin !== undefined && has(plugin, 'disaggregate') ? (plugin as Decider) : undefined;
}
