import type { ValuePath } from '../../base/yaml-text.ts';
import type { EngineProfile } from '../../hardware-profiles/engine-profile.ts';
import { loadEngine, parseEngine } from '../../hardware-profiles/load-engine.ts';
import type { ScenarioResources } from '../resources.ts';
import type { Notes } from './notes.ts';

/** The engine of a pool that names none. */
const DEFAULT_ENGINE = 'vllm-0.33';

/** Other model servers, as their profiles would be called: `sglang-0.5`. */
const OTHER_ENGINES = /^(sglang|tensorrt-llm|trtllm|trt-llm|tgi|lmdeploy|llama\.cpp|mlc|triton|dynamo)(-|$)/i;

/** Whether a name is that of an engine which is not vLLM. */
export function isOtherEngine(name: string): boolean {
  return OTHER_ENGINES.test(name);
}

/** Whether a name is that of a file instead of a profile that comes with fleetcast. */
export function isEngineFile(name: string): boolean {
  return name.includes('/') || /\.ya?ml$/.test(name);
}

/** An engine profile by name, or in a file relative to the file `from`. Throws UserError when there is none. */
export function engineNamed(name: string, from: string, resources: ScenarioResources): EngineProfile {
  return isEngineFile(name)
    ? parseEngine(resources.text(name, from), resources.profiles)
    : loadEngine(resources.profiles, name);
}

/** The profile of a pool's engine. Another engine than vLLM runs as the newest vLLM that is known, under a label. */
export function engineProfileOf(
  name: string | undefined,
  from: string,
  resources: ScenarioResources,
  path: ValuePath,
  notes: Notes,
): EngineProfile {
  if (name === undefined || !isOtherEngine(name)) return engineNamed(name ?? DEFAULT_ENGINE, from, resources);
  notes.label('other-engine', `${name} runs as ${DEFAULT_ENGINE}: other engines have no profile`, path);
  return loadEngine(resources.profiles, DEFAULT_ENGINE);
}
