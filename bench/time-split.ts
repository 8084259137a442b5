import type { Profiler } from 'node:inspector';

/** Parts of the program that time is split into. */
export type Part =
  | 'engine'
  | 'prefixCache'
  | 'stepTime'
  | 'router'
  | 'metrics'
  | 'workload'
  | 'kernel'
  | 'garbageCollection'
  | 'other';

/**
 * The part that each source file belongs to: folders, and before them the files in which a room does a part of its own.
 * What is in none of them (base/, built-in functions) counts for whoever called it.
 */
export const FILES_OF_PARTS: readonly (readonly [Part, readonly string[]])[] = [
  [
    'prefixCache',
    [
      'sim/engine/block-pool',
      'sim/engine/block-table',
      'sim/engine/cache-event-log',
      'sim/engine/kv-cache-manager',
      'sim/engine/path-of-runs',
      'sim/engine/prefix-index',
      'sim/engine/prefix-lookup',
      'sim/engine/run-table',
      'sim/engine/segment',
      'sim/engine/sliding-window-manager',
      'sim/engine/window-blocks',
    ],
  ],
  [
    'metrics',
    ['sim/metrics/', 'sim/fleet/simulate', 'sim/engine/gauge-journal', 'sim/engine/server-account'],
  ],
  ['engine', ['sim/engine/']],
  ['stepTime', ['sim/latency/']],
  [
    'router',
    [
      'scheduler/',
      'sim/fleet/gateway-replicas',
      'sim/fleet/inference-request',
      'sim/fleet/kv-event-feed',
      'sim/fleet/latency-prediction/',
      'sim/fleet/picker-router',
      'sim/fleet/policy-router',
      'sim/fleet/router-prompt',
      'sim/fleet/scraper',
    ],
  ],
  ['workload', ['sim/workload/']],
  ['kernel', ['sim/events/', 'sim/fleet/']],
];

/** Share of each part in a profile's samples, largest first. Shares add up to 1. */
export function splitOf({ nodes, samples = [] }: Profiler.Profile): Partial<Record<Part, number>> {
  const partOf = partsOf(nodes);
  const counts = new Map<Part, number>();
  for (const sample of samples) {
    const part = partOf.get(sample) ?? 'other';
    counts.set(part, (counts.get(part) ?? 0) + 1);
  }
  const shares = [...counts].map(([part, count]): [Part, number] => [part, count / samples.length]);
  return Object.fromEntries(shares.sort(([, a], [, b]) => b - a));
}

/** The part of every node: its own file's, else its caller's. */
function partsOf(nodes: readonly Profiler.ProfileNode[]): Map<number, Part> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parts = new Map<number, Part>();
  const visit = (node: Profiler.ProfileNode, callers: Part): void => {
    const part = ownPart(node.callFrame) ?? callers;
    parts.set(node.id, part);
    for (const id of node.children ?? []) {
      const child = byId.get(id);
      if (child !== undefined) visit(child, part);
    }
  };
  const root = nodes.find(({ callFrame }) => callFrame.functionName === '(root)');
  if (root !== undefined) visit(root, 'other');
  return parts;
}

function ownPart({ functionName, url }: Profiler.ProfileNode['callFrame']): Part | undefined {
  if (functionName === '(garbage collector)') return 'garbageCollection';
  const found = FILES_OF_PARTS.find(([, files]) => files.some((file) => liesIn(url, file)));
  return found?.[0];
}

function liesIn(url: string, file: string): boolean {
  return file.endsWith('/') ? url.includes(`/${file}`) : /^\.[jt]s$/.test(url.split(`/${file}`)[1] ?? '');
}
