import { didYouMean } from '../../base/nearest.ts';
import type { Problem } from '../../base/user-error.ts';
import { configProblem } from './config-error.ts';
import type { RawConfig } from './raw-config.ts';

export type FeatureGates = { readonly flowControl: boolean; readonly haPopulateNonLeaderDatastore: boolean };

/**
 * `name`, or `name=VALUE` where VALUE is what Go's strconv.ParseBool takes, lower-cased and trimmed; a second `=` and
 * what follows it is not looked at. The last mention of a gate wins. Source: EPP/config/loader/configloader.go.
 */
export function readFeatureGates(raw: RawConfig, problems: Problem[]): FeatureGates {
  const gates = new Map([
    ['flowControl', false],
    ['haPopulateNonLeaderDatastore', true],
  ]);
  const names = [...gates.keys()];
  for (const { text, at } of raw.featureGates) {
    const [name = '', value] = text.split('=');
    if (!gates.has(name)) {
      problems.push(
        configProblem('feature-gate', at, `there is no feature gate "${name}"`, didYouMean(name, names)),
      );
      continue;
    }
    const word = value?.toLowerCase().trim();
    if (word === undefined || ['1', 't', 'true'].includes(word)) gates.set(name, true);
    else if (['0', 'f', 'false'].includes(word)) gates.set(name, false);
    else problems.push(configProblem('feature-gate', at, `${name} must be true or false, not "${value}"`));
  }
  return {
    flowControl: gates.get('flowControl') === true,
    haPopulateNonLeaderDatastore: gates.get('haPopulateNonLeaderDatastore') === true,
  };
}
