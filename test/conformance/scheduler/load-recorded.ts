import { tryLoadConfig } from '../../../scheduler/config/load-config.ts';
import type { LoadedConfig } from '../../../scheduler/config/loaded-config.ts';
import type { ConfigLine } from './recorded-types.ts';

/** A recorded configuration as it loads, or what stands in the way: a loader that throws refuses too. */
export function loadRecorded({ yaml, allowExperimental }: ConfigLine): {
  readonly config: LoadedConfig | undefined;
  readonly problems: unknown;
} {
  try {
    return tryLoadConfig(yaml, { allowExperimental });
  } catch (error) {
    return { config: undefined, problems: error instanceof Error ? error.message : String(error) };
  }
}
