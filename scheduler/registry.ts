import type { PluginType } from './plugin-type.ts';

/** Every plugin type that a configuration may name, by type. One line per plugin file. */
export const PLUGIN_TYPES: ReadonlyMap<string, PluginType> = index([]);

function index(types: readonly PluginType[]): ReadonlyMap<string, PluginType> {
  return new Map(types.map((entry) => [entry.type, entry]));
}
