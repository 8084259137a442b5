import { random, type Random } from '../../base/random.ts';
import type { LoadedConfig } from '../config/loaded-config.ts';
import type { DataKey } from '../data-key.ts';
import { DataKeys } from '../data-key.ts';
import type { Endpoint } from '../endpoint.ts';
import type { LatencyPredictor } from '../latency-predictor.ts';
import type { Plugin } from '../plugin.ts';
import type { PluginContext, TieBreak } from '../plugin-type.ts';

export interface BuildOptions {
  readonly seed: number;
  readonly run: number;
  readonly tieBreak: TieBreak;
  readonly latencyPredictor: LatencyPredictor | undefined;
}

export interface BuiltPlugins {
  readonly keys: DataKeys;
  readonly byName: ReadonlyMap<string, Plugin>;
}

/** Makes every plugin of a configuration that takes part in decisions, each after those that it mentions. */
export function buildPlugins(
  config: LoadedConfig,
  options: BuildOptions,
  endpoints: () => readonly Endpoint[],
): BuiltPlugins {
  const keys = new DataKeys();
  const byName = new Map<string, Plugin>();
  for (const plan of config.plugins) {
    if (!plan.type.takesPart) continue;
    const context: PluginContext = {
      name: plan.name,
      tieBreak: options.tieBreak,
      latencyPredictor: options.latencyPredictor,
      key: <T>(text: string): DataKey<T> => keys.key<T>(text),
      random: (stream = ''): Random => random(options.seed, options.run, `scheduler/${plan.name}/${stream}`),
      plugin: (name) => byName.get(name),
      plugins: () => [...byName.values()],
      endpoints,
    };
    byName.set(plan.name, plan.create(context));
  }
  return { keys, byName };
}
