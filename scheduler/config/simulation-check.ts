import type { LoadedConfig } from './loaded-config.ts';

/** A plugin of a configuration that loads and that nothing here can play. */
export interface Obstacle {
  readonly plugin: string;
  readonly type: string;
  readonly reason: string;
}

/** What stands in the way of playing a configuration; empty = it can be played as it is. */
export function obstaclesTo(config: LoadedConfig): Obstacle[] {
  const obstacles = config.plugins.flatMap(({ name, type }) =>
    type.notSimulated === undefined ? [] : [{ plugin: name, type: type.type, reason: type.notSimulated }],
  );
  if (config.effective.flowControl?.enableEviction === true)
    obstacles.push({
      plugin: 'flowControl.enableEviction',
      type: 'flow control',
      reason: 'running requests are not broken off in favour of others',
    });
  return obstacles;
}

/** Types of plugins in a configuration that neither a recorded decision nor a worked example checks. */
export function unverifiedPlugins(config: LoadedConfig): string[] {
  return [...new Set(config.plugins.filter(({ type }) => type.unverified).map(({ type }) => type.type))];
}
