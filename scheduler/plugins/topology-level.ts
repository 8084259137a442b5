import type { Topology } from '../attributes.ts';

/** From the tightest to the loosest. Source: scheduling/util/topology of llm-d-router at ebab6879. */
export const TOPOLOGY_LEVELS = ['host', 'rack', 'zone', 'region'] as const;

/** Index in TOPOLOGY_LEVELS of the tightest level that two places share; 4 when they share none. */
export function sharedLevel(a: Topology, b: Topology): number {
  if (same(a.hostname, b.hostname)) return 0;
  if (same(a.rack, b.rack)) return 1;
  if (same(a.zone, b.zone)) return 2;
  return same(a.region, b.region) ? 3 : 4;
}

/** Whether anything is known of a place. */
export function isKnownPlace({ hostname, rack, zone, region }: Topology): boolean {
  return [hostname, rack, zone, region].some((name) => name !== undefined && name !== '');
}

function same(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && a !== '' && a === b;
}
