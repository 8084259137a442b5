import * as z from 'zod';

import { figure, type Figure } from './figure.ts';
import { parseProfile } from './profile-document.ts';
import { profileText, type ProfileSource } from './profile-source.ts';

/** The links that join the GPUs of one server. Bytes per second per direction, seconds. */
export interface FabricProfile {
  readonly name: string;
  readonly bandwidth: Figure;
  readonly allReduce: {
    /** Shortest time of an all-reduce inside a CUDA graph. */
    readonly floor: Figure;
    /** The same outside a graph. */
    readonly eagerFloor: Figure;
    /** 2 (n-1)/n x bytes / time of long messages, n GPUs. */
    readonly busBandwidth: Figure;
  };
}

export function loadFabric(source: ProfileSource, name: string): FabricProfile {
  const raw = parseProfile(profileText(source, 'fabrics', name), Schema);
  const { floor, eager_floor, bus_bandwidth } = raw.all_reduce;
  return {
    name: raw.name,
    bandwidth: raw.bandwidth,
    allReduce: { floor, eagerFloor: eager_floor, busBandwidth: bus_bandwidth },
  };
}

const Schema = z.strictObject({
  name: z.string(),
  sources: z.record(z.string(), z.string()),
  bandwidth: figure('bytesPerSecond'),
  all_reduce: z.strictObject({
    floor: figure('seconds'),
    eager_floor: figure('seconds'),
    bus_bandwidth: figure('bytesPerSecond'),
  }),
});
