import type { PluginPlan } from '../plugin-type.ts';
import type { EffectiveConfig } from './effective-config.ts';

/** An EndpointPickerConfig that was found right, with every default filled in: what a picker is made from. */
export interface LoadedConfig {
  /** Every plugin in the order in which they are to be made: each after those that its parameters mention. */
  readonly plugins: readonly PluginPlan[];
  readonly effective: EffectiveConfig;
  /** Its text, without a ConfigMap around it. */
  readonly text: string;
  /** Things the user should know: deprecated names, settings without effect. */
  readonly warnings: readonly string[];
}
