import { canonicalJson } from '../../base/canonical-json.ts';
import type { ModelProfile, WeightFormat } from '../../hardware-profiles/model-profile.ts';
import type { PoolSpec } from '../schema/pool-schema.ts';
import type { Scenario } from '../schema/scenario-schema.ts';
import type { ScenarioResources } from '../resources.ts';
import type { ReplicaEvent } from '../../sim/fleet/run-input.ts';
import { isEngineFile } from './engine-profile-of.ts';
import { eventsOf } from './events-of.ts';
import { fromStartupLog } from './from-startup-log.ts';
import { modelOf } from './model-of.ts';
import type { Notes } from './notes.ts';
import { poolOf, type ResolvedPool } from './pool-of.ts';

/** The model servers of a scenario, as far as `notes` finds nothing against them. */
export interface ResolvedFleet {
  readonly notes: Notes;
  readonly pools: readonly ResolvedPool[];
  readonly events: readonly ReplicaEvent[];
  /** The model that was looked up: part of what the scenario's digest stands for where it comes from a file. */
  readonly model: string;
  /** Engine profiles that come from files, for the same reason. */
  readonly engines: readonly string[];
  readonly servers: readonly ServerKind[];
}

/** What serves in a pool; hardware and model are undefined where its step time is given outright. */
export interface ServerKind {
  readonly model: ModelProfile | undefined;
  readonly hardware: string | undefined;
  readonly quantization: WeightFormat | undefined;
}

/** Every pool of a scenario; what prevents one is a problem in `notes`. */
export function resolveFleet(
  { spec }: Scenario,
  file: string,
  resources: ScenarioResources,
  notes: Notes,
): ResolvedFleet {
  const model = spec.model === undefined ? undefined : modelOf(spec.model, file, resources);
  const pools = spec.fleet.pools.flatMap((pool: PoolSpec, index) => {
    const path = ['spec', 'fleet', 'pools', index];
    const context = { model, file, resources, prices: spec.prices, notes, path };
    const log = pool.engine.startup_log;
    const spoken =
      log === undefined ? pool : fromStartupLog(pool, resources.text(log, file).text, path, notes);
    return poolOf(spoken, context) ?? [];
  });
  // A pool that cannot be made is a problem of its own; events that name it are none.
  const complete = pools.length === spec.fleet.pools.length;
  const inputs = pools.map(({ input }) => input);
  const events = complete ? eventsOf(spec.events ?? [], inputs, notes) : [];
  const engines = spec.fleet.pools.flatMap(({ engine: { profile } }) =>
    profile !== undefined && isEngineFile(profile) ? resources.text(profile, file).text : [],
  );
  const servers = pools.map(({ spec: { step_time, hardware, engine } }) => ({
    model: step_time === undefined ? model : undefined,
    hardware: step_time === undefined ? hardware : undefined,
    quantization: engine.quantization,
  }));
  return { notes, pools, events, model: canonicalJson(model ?? null), engines, servers };
}
