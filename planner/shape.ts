import type { GpuProfile } from '../hardware-profiles/gpu-profile.ts';
import type { PoolSpec } from '../scenarios/schema/pool-schema.ts';
import type { PoolInput } from '../sim/fleet/run-input.ts';

/** A kind of model server that can be bought. */
export interface Shape {
  /** Names it in messages: `h100-sxm-80gb, TP 2`. */
  readonly name: string;
  /** The pool of one replica, as a scenario has it. */
  readonly pool: PoolSpec;
  /** The same, resolved. */
  readonly input: PoolInput;
  /** Undefined where the step time is given outright. */
  readonly gpu: GpuProfile | undefined;
  readonly buying: Buying;
}

/** In which quantities replicas are bought, and for how much. */
export interface Buying {
  readonly gpusPerReplica: number;
  /** Replicas that come at once: those of a node where GPUs are bought by the node, else 1. */
  readonly replicasPerUnit: number;
  readonly gpusPerUnit: number;
  /** Most units, by stock and by the limit of the plan. */
  readonly mostUnits: number;
  readonly usdPerGpuHour: number | undefined;
  /** Why no more units can be had, where the power limit is the reason. */
  readonly limitedBy?: string;
}

/** A kind of model server that cannot be had, and why. */
export interface Misfit {
  readonly name: string;
  readonly pool: PoolSpec;
  readonly reason: string;
}

/** How a GPU is bought: by nodes of `nodeGpus` or one by one, at most `mostGpus` of them. */
export function buyingOf(
  gpusPerReplica: number,
  {
    nodeGpus,
    mostGpus,
    usdPerGpuHour,
  }: {
    readonly nodeGpus: number | undefined;
    readonly mostGpus: number;
    readonly usdPerGpuHour: number | undefined;
  },
): Buying {
  const replicasPerUnit = nodeGpus === undefined ? 1 : Math.max(1, Math.floor(nodeGpus / gpusPerReplica));
  const gpusPerUnit =
    nodeGpus === undefined ? gpusPerReplica : nodeGpus * Math.max(1, Math.ceil(gpusPerReplica / nodeGpus));
  return {
    gpusPerReplica,
    replicasPerUnit,
    gpusPerUnit,
    mostUnits: Math.floor(mostGpus / gpusPerUnit),
    usdPerGpuHour,
  };
}
