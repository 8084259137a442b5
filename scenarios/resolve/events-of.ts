import { didYouMean } from '../../base/nearest.ts';
import type { ValuePath } from '../../base/yaml-text.ts';
import type { PoolInput, ReplicaEvent } from '../../sim/fleet/run-input.ts';
import { secondsOf } from '../../sim/workload/draw/duration.ts';
import type { EventSpec } from '../schema/event-schema.ts';
import type { Notes } from './notes.ts';

/** The events of a scenario on the replicas of a fleet, in the order of their times. What is wrong is a problem in `notes`. */
export function eventsOf(
  specs: readonly EventSpec[],
  pools: readonly PoolInput[],
  notes: Notes,
): ReplicaEvent[] {
  const events = specs.flatMap((spec, index) => {
    const path: ValuePath = ['spec', 'events', index];
    const replica = replicaOf(spec.replica, pools, [...path, 'replica'], notes);
    if (replica === undefined) return [];
    return { path, event: { at: secondsOf(spec.at), replica, do: spec.do, factor: spec.factor ?? 1 } };
  });
  // Sorting is stable: events of one instant happen as they are written.
  events.sort((a, b) => a.event.at - b.event.at);
  const stopped = new Map<number, 'fail' | 'drain'>();
  for (const { event, path } of events) {
    const before = stopped.get(event.replica);
    const wrong = wrongAfter(event, before);
    if (wrong !== undefined) notes.problem('E_SCENARIO', [...path, 'do'], wrong, ORDER);
    else if (event.do === 'restart') stopped.delete(event.replica);
    else if (event.do !== 'slow') stopped.set(event.replica, event.do);
  }
  if (events.some(({ event }) => event.do === 'fail' || event.do === 'restart'))
    notes.label(
      'assumed-figure',
      'routers notice that a replica failed or came back one scrape interval later: the time is assumed',
      ['spec', 'events'],
    );
  return events.map(({ event }) => event);
}

const ORDER = 'a replica fails or drains, then restarts; it may fail while it drains';

function wrongAfter({ do: what }: ReplicaEvent, before: 'fail' | 'drain' | undefined): string | undefined {
  if (what === 'restart' && before === undefined) return 'needs a fail or a drain of that replica before it';
  if (what === 'fail' && before === 'fail') return 'is for a replica that has failed already';
  if (what === 'drain' && before !== undefined) return 'is for a replica that takes no requests any more';
  return undefined;
}

/** Number of a replica among those of all pools. */
function replicaOf(
  name: string,
  pools: readonly PoolInput[],
  path: ValuePath,
  notes: Notes,
): number | undefined {
  const slash = name.lastIndexOf('/');
  const pool = name.slice(0, slash);
  const index = Number(name.slice(slash + 1));
  let first = 0;
  for (const { name: known, replicas } of pools) {
    if (known !== pool) {
      first += replicas;
      continue;
    }
    if (index < replicas) return first + index;
    const last = `${known}/${replicas - 1}`;
    notes.problem(
      'E_SCENARIO',
      path,
      `names no replica: "${name}"`,
      `replicas count from 0: ${known}/0 to ${last}`,
    );
    return undefined;
  }
  const names = pools.map((known) => known.name);
  const near = didYouMean(pool, names);
  notes.problem(
    'E_SCENARIO',
    path,
    `names no pool of the fleet: "${pool}"`,
    `${near === undefined ? '' : `${near} `}pools: ${names.join(', ')}`,
  );
  return undefined;
}
