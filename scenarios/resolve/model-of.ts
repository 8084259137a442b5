import { loadModel, parseModel } from '../../hardware-profiles/load-model.ts';
import type { ModelProfile } from '../../hardware-profiles/model-profile.ts';
import type { ScenarioResources } from '../resources.ts';

/**
 * The model that a scenario names: a profile by name, or a file (a profile, or a Hugging Face config.json), relative to
 * the file `from`. Throws UserError when there is none.
 */
export function modelOf(name: string, from: string, resources: ScenarioResources): ModelProfile {
  const isFile = name.includes('/') || /\.(json|ya?ml)$/.test(name);
  return isFile ? parseModel(resources.text(name, from)) : loadModel(resources.profiles, name);
}
