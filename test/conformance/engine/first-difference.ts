import type { BlockIds, TraceEvent } from './trace-case.ts';

/** Where two runs of a case part. */
export interface Difference {
  /** The event and field, for instance `pass 12 (turn 14) wait`. */
  readonly where: string;
  readonly expected: string;
  readonly came: string;
}

/**
 * The first difference between what was recorded and what an engine did, or undefined. `withIds`: physical block ids, the
 * front of the free queue and the number of findable contents count too; else only numbers of blocks.
 */
export function firstDifference(
  expected: readonly TraceEvent[],
  came: Iterable<TraceEvent>,
  withIds: boolean,
): Difference | undefined {
  const arriving = came[Symbol.iterator]();
  for (let index = 0; ; index++) {
    const wanted = expected[index];
    const next = arriving.next();
    const got = next.done === true ? undefined : next.value;
    if (wanted === undefined && got === undefined) return undefined;
    const place = placeOf(wanted ?? got);
    if (wanted === undefined || got === undefined || placeOf(got) !== placeOf(wanted))
      return { where: 'order of events', expected: placeOf(wanted), came: placeOf(got) };
    const wantedFields = fieldsOf(wanted, withIds);
    const gotFields = fieldsOf(got, withIds);
    for (const field of new Set([...wantedFields.keys(), ...gotFields.keys()])) {
      const a = wantedFields.get(field) ?? '[]';
      const b = gotFields.get(field) ?? '[]';
      if (a !== b) return { where: `${place}: ${field}`, expected: a, came: b };
    }
  }
}

function placeOf(event: TraceEvent | undefined): string {
  if (event === undefined) return 'nothing more';
  if (event.ev === 'sched') return `pass ${event.s} composed in turn ${event.t}`;
  if (event.ev === 'upd') return `output of pass ${event.s} in turn ${event.t}`;
  if (event.ev === 'abort') return `abort (${event.where}) in turn ${event.t}`;
  return 'end';
}

/** Fields as text; what is empty or zero is the same as absent. */
function fieldsOf(event: TraceEvent, withIds: boolean): Map<string, string> {
  const fields = new Map<string, string>();
  for (const [name, value] of Object.entries(event) as [string, unknown][]) {
    if (!withIds && (name === 'front' || name === 'keys')) continue;
    const shown = JSON.stringify(withIds ? value : counted(name, value));
    if (shown !== '[]' && shown !== '[0,0]' && shown !== undefined) fields.set(name, shown);
  }
  return fields;
}

/** Block lists replaced by their lengths. */
function counted(field: string, value: unknown): unknown {
  if (!['new', 'resumed', 'grow', 'loads'].includes(field)) return value;
  return (value as unknown[][]).map((entry) => [...entry.slice(0, -1), lengths(entry.at(-1) as BlockIds)]);
}

/** Blocks of each group of layers; null blocks count, as a block list has a place for them. */
function lengths(blocks: BlockIds): number[] {
  return typeof blocks[0] === 'object'
    ? (blocks as readonly (readonly number[])[]).map((group) => group.length)
    : [blocks.length];
}
