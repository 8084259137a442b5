import { mkdirSync } from 'node:fs';
import path from 'node:path';

import { UserError } from '../../base/user-error.ts';
import type { Plan, PlanPool } from '../../documents/plan.ts';
import { GATEWAY, planManifests } from '../../reports/plan/plan-manifests.ts';
import { BUILTIN_POLICIES } from '../../scenarios/builtin-policies.ts';
import type { LoadedScenario } from '../../scenarios/load/load-scenario.ts';
import { engineNamed, isOtherEngine } from '../../scenarios/resolve/engine-profile-of.ts';
import { routerConfigOf } from '../../scenarios/resolve/router-of.ts';
import type { ScenarioResources } from '../../scenarios/resources.ts';
import { loadGpu } from '../../hardware-profiles/gpu-profile.ts';
import { loadModel } from '../../hardware-profiles/load-model.ts';
import { checkWritable, writeWhole } from '../files/write-file.ts';
import type { Terminal } from '../terminal.ts';

interface PlannedScenario {
  readonly plan: Plan;
  readonly loaded: LoadedScenario;
  readonly resources: ScenarioResources;
}

/** Throws UserError for `-o manifests` without a folder, and for one that could not be made. */
export function checkFolders(folders: readonly (string | undefined)[], terminal: Terminal): void {
  for (const folder of folders) {
    if (folder === undefined) {
      throw new UserError({
        code: 'E_USAGE',
        message: 'manifests are several files',
        hint: 'name a folder: -o manifests=deploy',
      });
    }
    checkWritable(path.join(path.dirname(path.resolve(terminal.cwd, folder)), 'x'), folder);
  }
}

/** Writes the answer of a plan as Kubernetes manifests; nothing for a plan without an answer. */
export function writeManifests(
  folder: string,
  { plan, loaded, resources }: PlannedScenario,
  terminal: Terminal,
): void {
  const { spec } = loaded.scenario;
  const router = spec.policies.find(({ name }) => name === plan.best?.policy)?.router;
  const isPicker = router !== undefined && !BUILTIN_POLICIES.has(router.builtin ?? '');
  const template = (pool: PlanPool) =>
    spec.fleet.pools.find(({ name }) => pool.name === name || pool.name.startsWith(`${name}-tp`)) ??
    spec.fleet.pools[0];
  const files = planManifests({
    plan,
    model: modelName(spec.model, resources),
    routerConfig: isPicker ? routerConfigOf(router, loaded.file, resources).config.text : undefined,
    device: ({ hardware }) => {
      if (hardware === undefined) return undefined;
      const { maker, deviceName } = loadGpu(resources.profiles, hardware);
      return { maker, name: deviceName };
    },
    engineVersion: engineVersion(spec.fleet.pools[0]?.engine.profile, loaded.file, resources),
    flags: (pool) => {
      const engine = template(pool)?.engine ?? {};
      return Object.fromEntries(
        FLAGS.flatMap((flag) =>
          engine[flag] === undefined ? [] : [[flag, engine[flag] === 'bf16' ? 'bfloat16' : engine[flag]]],
        ),
      );
    },
  });
  const target = path.resolve(terminal.cwd, folder);
  for (const [name, text] of files) {
    const file = path.join(target, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeWhole(file, [text]);
  }
  terminal.say(
    files.size === 0
      ? 'no fleet keeps the promise: no manifests written'
      : `wrote ${files.size} manifests; apply them with: kubectl apply -f ${folder}`,
  );
  const remark = files.has('service.yaml')
    ? `${plan.best?.policy} has no EndpointPickerConfig: its Service balances connections at random (kube-proxy), not requests by ${plan.best?.policy}`
    : `the HTTPRoute needs a Gateway named ${GATEWAY} in the same namespace`;
  if (files.size > 0) terminal.say(remark);
}

/** Keys of a scenario's engine that are flags of `vllm serve` of the same name (vllm/engine/arg_utils.py). */
const FLAGS = [
  'max_model_len',
  'max_num_batched_tokens',
  'max_num_seqs',
  'block_size',
  'gpu_memory_utilization',
  'num_gpu_blocks_override',
  'kv_cache_dtype',
  'scheduling_policy',
  'long_prefill_token_threshold',
] as const;

/** The repository on Hugging Face that a model profile's card names; else what the scenario calls it. */
function modelName(model: string | undefined, { profiles }: ScenarioResources): string {
  const isProfile = model !== undefined && profiles.names('models').includes(model);
  const card = isProfile ? loadModel(profiles, model).card : undefined;
  return /^https:\/\/huggingface\.co\/(.+)$/.exec(card ?? '')?.[1] ?? model ?? 'model';
}

/** The version of a pool's engine; the newest one where the pool names none, or another engine. */
function engineVersion(name: string | undefined, from: string, resources: ScenarioResources): string {
  const known = name === undefined || isOtherEngine(name) ? undefined : name;
  const newest = resources.profiles.names('engines').at(-1) ?? '';
  return engineNamed(known ?? newest, from, resources).version;
}
