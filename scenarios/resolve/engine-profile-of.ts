import type { ValuePath } from '../../base/yaml-text.ts';
import type { EngineProfile } from '../../hardware-profiles/engine-profile.ts';
import { loadEngine } from '../../hardware-profiles/load-engine.ts';
import type { ProfileSource } from '../../hardware-profiles/profile-source.ts';
import type { Notes } from './notes.ts';

/** The engine of a pool that names none. */
const DEFAULT_ENGINE = 'vllm-0.33';

/** Other model servers, as their profiles would be called: `sglang-0.5`. */
const OTHER_ENGINES = /^(sglang|tensorrt-llm|trtllm|trt-llm|tgi|lmdeploy|llama\.cpp|mlc|triton|dynamo)(-|$)/i;

/** Whether a name is that of an engine which is not vLLM. */
export function isOtherEngine(name: string): boolean {
  return OTHER_ENGINES.test(name);
}

/** The profile of a pool's engine. Another engine than vLLM runs as the newest vLLM that is known, under a label. */
export function engineProfileOf(
  name: string | undefined,
  profiles: ProfileSource,
  path: ValuePath,
  notes: Notes,
): EngineProfile {
  if (name === undefined || !isOtherEngine(name)) return loadEngine(profiles, name ?? DEFAULT_ENGINE);
  notes.label('other-engine', `${name} runs as ${DEFAULT_ENGINE}: other engines have no profile`, path);
  return loadEngine(profiles, DEFAULT_ENGINE);
}
