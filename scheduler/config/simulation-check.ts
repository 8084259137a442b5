import type { PluginPlan } from '../plugin-type.ts';
import { saysYes, stagesBeside } from '../plugins/handlers/stages-beside.ts';
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
  for (const plan of config.plugins) {
    if (!READERS_OF_GAUGES.has(plan.type.type)) continue;
    for (const key of plan.data(config.plugins).optional ?? [])
      obstacles.push({
        plugin: plan.name,
        type: plan.type.type,
        reason: `simulated endpoints do not carry ${key}`,
      });
  }
  return [...obstacles, ...config.plugins.flatMap((plan) => unplayedEffect(plan, config))];
}

/** What a plugin would make of a request that no simulated fleet does. */
function unplayedEffect(plan: PluginPlan, { plugins, effective }: LoadedConfig): Obstacle[] {
  const obstacle = (reason: string): Obstacle[] => [{ plugin: plan.name, type: plan.type.type, reason }];
  if (plan.type.type === 'p2p-source-producer')
    return obstacle('replicas do not fetch KV blocks from each other here');
  const wanted = stagesBeside(plan);
  const profiles = new Set(effective.profiles.map(({ name }) => name));
  const deciders = new Map(plugins.map((other) => [other.name, other]));
  const stage = wanted.find(({ profile, decider }) => {
    const mayRun = decider === undefined || saysYes(deciders.get(decider));
    return profiles.has(profile) && mayRun;
  });
  return stage === undefined
    ? []
    : obstacle(`the stage ${stage.profile} runs on another replica than decode, which is not simulated yet`);
}

/** They look at numbers that only a real endpoint's pages have: custom metrics, the GPU's utilization. */
const READERS_OF_GAUGES = new Set(['endpoint-attribute-scorer', 'endpoint-attribute-filter']);

/** Types of plugins in a configuration that neither a recorded decision nor a worked example checks. */
export function unverifiedPlugins(config: LoadedConfig): string[] {
  return [...new Set(config.plugins.filter(({ type }) => type.unverified).map(({ type }) => type.type))];
}
