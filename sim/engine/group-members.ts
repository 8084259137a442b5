import type { Blocks } from '../../base/units.ts';
import type { EngineConfig } from './engine-config.ts';
import { blocksOfRun } from './path-of-runs.ts';
import type { SchedulerState } from './scheduler-state.ts';
import type { SchedulingPass } from './scheduling-pass.ts';
import { NOT_GROUPED, type Sequence } from './sequence.ts';

/** Whether sequences of an engine may decode in a group: nothing asks for their rows, and none has more than one token. */
export function canGroup(config: EngineConfig): boolean {
  return (
    config.slidingWindow === undefined &&
    config.numSpeculativeTokens === 0 &&
    config.maxLoras === undefined &&
    config.kvRole === undefined &&
    config.prefillScheduleInterval === 1
  );
}

/**
 * The decode group's part of a pass: takes in the sequences that have begun to decode, and gives all members their rows.
 * Where tokens or blocks might not be enough for everybody, all of them are attended: what then happens goes by order.
 */
export function groupDecodes(state: SchedulerState, pass: SchedulingPass): void {
  const { group, running, kv } = state;
  group.begin(pass);
  if (isScarce(state)) {
    if (group.members.length > 0) state.attendAll(running.filter(({ place }) => place !== NOT_GROUPED));
  } else if (kv.pool.free > 2 * running.length) {
    takeMembers(state);
  }
  group.compose(pass);
}

/** Lets members of the group that cache blocks of a text leave it, for good, when a sequence of that text comes. */
export function keepApart(state: SchedulerState, sequence: Sequence): void {
  const { group, attended } = state;
  for (const { id } of sequence.runs) {
    if (!group.writesRun(id)) continue;
    sequence.staysApart = true;
    for (const writer of group.writersOf(id)) {
      writer.staysApart = true;
      state.attend(writer);
    }
  }
  for (const other of attended) {
    if (other.goesOnFrom(sequence)) sequence.staysApart = true;
    if (sequence.goesOnFrom(other)) other.staysApart = true;
  }
}

/** Only behind sequences that get one token themselves: no prompt can take the tokens that members count on. */
function takeMembers({ attended, group, config }: SchedulerState): void {
  let kept = 0;
  let position = 0;
  for (; position < attended.length; position++) {
    const sequence = attended[position];
    if (sequence === undefined) break;
    const tokens = sequence.tokens + sequence.placeholders - sequence.computed;
    if (tokens > 1) break;
    const decodes = tokens === 1 && !sequence.isChunk && sequence.sampledIn === group.composed;
    if (decodes && sequence.stale === 0 && !sequence.staysApart && writesLastRun(sequence, config)) {
      if (group.join(sequence)) continue;
    }
    attended[kept++] = sequence;
  }
  if (kept === position) return;
  while (position < attended.length) {
    const sequence = attended[position++];
    if (sequence !== undefined) attended[kept++] = sequence;
  }
  attended.length = kept;
}

/** Whether all that a sequence has yet to make findable lies in the last run of its text. */
function writesLastRun(sequence: Sequence, { blockSize }: EngineConfig): boolean {
  return blocksOfRun(sequence, sequence.runs.length - 1, blockSize) <= sequence.table.cachedBlocks;
}

/** Whether a running sequence might have to go without a token or a block in the next pass. */
function isScarce({ group, attended, running, kv, config }: SchedulerState): boolean {
  const budget = config.maxNumScheduledTokens;
  if (running.length > budget) return true;
  let blocks: Blocks = group.nextBlocks;
  for (const { tokens, placeholders, computed, slots } of attended) {
    const next = Math.min(tokens + placeholders - computed, budget);
    if (computed + next > slots) blocks += Math.ceil((computed + next - slots) / config.blockSize);
  }
  return blocks > kv.pool.free;
}
