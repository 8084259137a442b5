import { invariant } from '../../base/invariant.ts';
import type { Blocks } from '../../base/units.ts';
import type { BlockTable } from './block-table.ts';
import { type RequestQueue, servedBefore } from './request-queue.ts';
import type { SchedulerState } from './scheduler-state.ts';
import type { Segment } from './segment.ts';
import type { Sequence } from './sequence.ts';

/** Throws unless every law of a scheduler holds, between passes and between a pass and the processing of its output. */
export function checkScheduler(state: SchedulerState, maxRunning: number): void {
  const { running, waiting, blocked, kv, config } = state;
  const everyone = [...running, ...waiting, ...blocked];
  invariant(new Set(everyone).size === everyone.length, 'a sequence stands in one queue, once');
  invariant(running.length <= maxRunning, 'no more sequences run than max_num_seqs');
  for (const sequence of running) {
    invariant(sequence.status === 'running', 'the running list holds running sequences');
    invariant(sequence.computed <= sequence.slots, 'what is computed has a block', counters(sequence));
  }
  for (const sequence of [...waiting, ...blocked]) {
    const { status, blocks, computed } = sequence;
    invariant(status !== 'running' && status !== 'finished', 'what waits neither runs nor has ended');
    invariant(
      blocks > 0 ? config.kvRole !== undefined : computed === 0,
      'what waits holds nothing, unless its KV comes from elsewhere',
      counters(sequence),
    );
  }
  for (const queue of [waiting, blocked]) checkOrder(queue, config.policy);
  for (const sequence of everyone) checkCounters(sequence, config.maxModelLen, config.blockSize);
  for (const { status } of state.transferring)
    invariant(status === 'finished', 'only what has ended waits for its blocks alone');
  const indexes = [kv.index, ...(kv.windows?.managers ?? []).map(({ index }) => index)];
  kv.pool.check(
    indexes,
    checkTables(
      [...everyone.map(({ table }) => table), ...state.detachedTables()],
      config.windowsOnly !== true,
    ),
  );
}

function checkOrder(queue: RequestQueue, policy: 'fcfs' | 'priority'): void {
  if (policy === 'fcfs') return;
  let before: Sequence | undefined;
  for (const sequence of queue) {
    invariant(before === undefined || servedBefore(before, sequence), 'a queue is in order of priority');
    before = sequence;
  }
}

function checkCounters(sequence: Sequence, maxModelLen: number, blockSize: number): void {
  const { tokens, promptTokens, outputs, limit, computed, placeholders, inFlight, table } = sequence;
  const details = counters(sequence);
  invariant(tokens === promptTokens + outputs, 'known tokens are prompt and outputs', details);
  invariant(outputs < limit && tokens <= maxModelLen, 'an answer within its limits goes on', details);
  invariant(placeholders >= 0 && inFlight >= 0, 'nothing is in flight less than not at all', details);
  invariant(
    computed <= tokens + Math.max(placeholders, inFlight),
    'computed is what is known or in flight',
    details,
  );
  invariant(table.cachedBlocks <= table.blocks, 'findable blocks are among those held', details);
  invariant(table.cachedBlocks * blockSize <= tokens, 'findable blocks hold known tokens', details);
}

/** Checks who holds each segment; returns the blocks that are held outside segments. */
function checkTables(tables: readonly BlockTable[], hasFull: boolean): Blocks {
  const holders = new Map<Segment, number>();
  const hold = (first: Segment | undefined, end: Blocks): void => {
    let segment = first;
    while (segment !== undefined) {
      holders.set(segment, (holders.get(segment) ?? 0) + 1);
      if (segment.hi >= end) {
        invariant(segment.hi === end, 'a piece ends where its last segment does', { end, hi: segment.hi });
        return;
      }
      segment = segment.right;
    }
    invariant(false, 'a piece is covered by segments', { end });
  };
  let blank = 0;
  for (const { blocks, cachedBlocks, held, pieces, windows } of tables) {
    if (hasFull) blank += blocks - cachedBlocks;
    for (let piece = 0; piece < pieces; piece++)
      hold(held[piece], piece + 1 < pieces ? (held[piece + 1]?.lo ?? 0) : cachedBlocks);
    for (const window of windows) {
      blank += window.blankBlocks();
      for (let piece = window.head; piece < window.pieces; piece++)
        if (window.segments[piece] !== undefined) hold(window.segments[piece], window.endOf(piece));
    }
  }
  for (const [segment, count] of holders)
    invariant(segment.holders === count, 'a segment counts its holders', {
      lo: segment.lo,
      hi: segment.hi,
      holders: segment.holders,
      count,
    });
  return blank;
}

function counters(sequence: Sequence): Readonly<Record<string, number>> {
  const { promptTokens, tokens, outputs, computed, placeholders, inFlight, slots, blocks } = sequence;
  return { promptTokens, tokens, outputs, computed, placeholders, inFlight, slots, blocks };
}
