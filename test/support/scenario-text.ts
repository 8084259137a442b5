import type { ProfileText } from '../../hardware-profiles/profile-source.ts';
import type { ScenarioResources } from '../../scenarios/resources.ts';
import { UserError } from '../../base/user-error.ts';
import { traceFilesOf } from '../../sim/workload/trace/trace-format.ts';
import { readFileSync } from 'node:fs';
import { shippedProfiles } from './profiles.ts';

/** A scenario that is right, and small: tests change what they are about. */
export const SMALL_SCENARIO = `apiVersion: fleetcast/v1alpha1
kind: Scenario
metadata: { name: small }
spec:
  model: qwen3-32b
  fleet:
    pools:
      - name: h100
        hardware: h100-sxm-80gb
        replicas: 2
        tensor_parallel_size: 2
  workload:
    random: { requests: 40, rate: 2, input_len: 900, output_len: 40 }
  policies:
    - { name: round-robin, router: { builtin: round-robin } }
    - { name: least-request, router: { builtin: least-request } }
`;

/** The small scenario with requests that queue. */
export const CROWDED_SCENARIO = SMALL_SCENARIO.replace('requests: 40, rate: 2', 'requests: 60, rate: 20');

/** A scenario whose step time is given outright: nothing comes from hardware. */
export const BLACK_BOX_SCENARIO = `apiVersion: fleetcast/v1alpha1
kind: Scenario
metadata: { name: black-box }
spec:
  fleet:
    pools:
      - name: box
        replicas: 2
        step_time: { constant: 10ms, per_token: 50us, per_context_token: 20ns }
        engine: { num_gpu_blocks: 1000, max_model_len: 4096 }
  workload:
    random: { requests: 40, rate: 2, input_len: 900, output_len: 40 }
  policies:
    - { name: round-robin, router: { builtin: round-robin } }
    - { name: least-request, router: { builtin: least-request } }
`;

/** The profiles of this repository, and files by name. */
export function resourcesOf(files: Readonly<Record<string, string>> = {}): ScenarioResources {
  const text = (name: string): ProfileText => {
    const found = files[name];
    if (found !== undefined) return { file: name, text: found };
    throw new UserError({
      code: 'E_FILE',
      message: 'there is no such file',
      at: { file: name },
      hint: 'look again',
    });
  };
  return {
    profiles: shippedProfiles,
    text,
    trace: (name) => traceFilesOf(name, text(name).text),
    builtinRouter: (name) => ({
      file: `builtin ${name}`,
      text: readFileSync(new URL(`../../scenarios/routers/${name}.yaml`, import.meta.url), 'utf8'),
    }),
  };
}

/** The message that something is refused with; 'no error' when it is not. */
export function messageOf(action: () => unknown): string {
  try {
    action();
    return 'no error';
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** The problems that something is refused with; none when it is not. */
export function problemsOf(action: () => unknown): UserError['problems'] | [] {
  try {
    action();
    return [];
  } catch (error) {
    if (error instanceof UserError) return error.problems;
    throw error;
  }
}
