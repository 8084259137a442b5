import { invariant } from '../../base/invariant.ts';
import type { EffectiveProfile } from '../config/effective-config.ts';
import type { Filter, Picker, Plugin, Scorer } from '../plugin.ts';
import { SchedulingProfile } from './profile.ts';

/** The scheduling profiles of a configuration, by name. */
export function buildProfiles(
  profiles: readonly EffectiveProfile[],
  plugins: ReadonlyMap<string, Plugin>,
): ReadonlyMap<string, SchedulingProfile> {
  return new Map(
    profiles.map(({ name, filters, scorers, picker }) => [
      name,
      new SchedulingProfile(
        name,
        filters.map((filter) => pluginNamed<Filter>(plugins, filter)),
        scorers.map((scorer) => ({
          scorer: pluginNamed<Scorer>(plugins, scorer.name),
          weight: scorer.weight,
        })),
        pluginNamed<Picker>(plugins, picker),
      ),
    ]),
  );
}

/** A plugin in a role that loading has checked. */
export function pluginNamed<P extends Plugin>(plugins: ReadonlyMap<string, Plugin>, name: string): P {
  const plugin = plugins.get(name);
  invariant(plugin !== undefined, 'a configured plugin was made', { name });
  return plugin as P;
}
