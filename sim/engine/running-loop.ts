import type { Tokens } from '../../base/units.ts';
import { RUNNING_ROW, type SchedulingPass } from './scheduling-pass.ts';
import type { SchedulerState } from './scheduler-state.ts';
import type { Sequence } from './sequence.ts';

/**
 * The first half of vLLM's Scheduler.schedule: running sequences get their next tokens in order of admission. Without
 * blocks for one, others are preempted: the last admitted, or under `priority` the least urgent. Returns the tokens left.
 */
export function scheduleRunning(
  state: SchedulerState,
  pass: SchedulingPass,
  threshold: Tokens,
  deferPrefills: boolean,
): Tokens {
  const { attended, kv, config } = state;
  const lastPosition = config.maxModelLen - 1;
  let left = config.maxNumScheduledTokens - pass.grouped;
  for (let position = 0; position < attended.length && left > 0; position++) {
    const sequence = attended[position];
    if (sequence === undefined) break;
    const { computed, placeholders } = sequence;
    // Its last token is in flight already.
    if (placeholders > 0 && computed + 2 - placeholders >= sequence.promptTokens + sequence.maxTokens)
      continue;
    if (deferPrefills && sequence.isChunk) continue;
    let tokens = sequence.tokens + sequence.drafts + placeholders - computed;
    if (tokens > threshold) tokens = threshold;
    if (tokens > left) tokens = left;
    if (tokens > lastPosition - computed) tokens = lastPosition - computed;
    if (tokens <= 0) continue;
    if (!kv.grow(sequence, tokens)) {
      const outcome = makeRoom(state, pass, sequence, position, tokens);
      left += outcome.restored;
      position = outcome.position;
      if (outcome.ended) break;
      if (!outcome.fits) continue;
    }
    let drafts = 0;
    if (sequence.drafts > 0) {
      const behind = tokens + computed - sequence.tokens - placeholders;
      drafts = Math.max(0, Math.min(sequence.drafts, behind));
      sequence.drafts = 0;
    }
    if (sequence.isChunk) pass.prefills.add(sequence);
    state.giveRow(pass, sequence, tokens, drafts, RUNNING_ROW, kv.taken);
    left -= tokens;
  }
  return left;
}

/** What preemptions led to: `fits` = the sequence has its blocks; `position` = its place in the running list now. */
interface Room {
  readonly fits: boolean;
  readonly ended: boolean;
  readonly position: number;
  readonly restored: Tokens;
}

function makeRoom(
  state: SchedulerState,
  pass: SchedulingPass,
  sequence: Sequence,
  at: number,
  tokens: Tokens,
): Room {
  const { attended, kv, config } = state;
  let position = at;
  let restored = 0;
  do {
    const victim = state.victim();
    if (config.rules.victimBeingWritten === 'spare' && state.isBeingWritten(victim))
      return { fits: false, ended: true, position, restored };
    const index = config.policy === 'fcfs' ? attended.length - 1 : attended.indexOf(victim);
    state.leaveRunning(victim);
    if (index <= position) position--;
    restored += state.takeRow(pass, victim);
    state.preempt(victim);
    pass.preempted.push(victim);
    if (victim === sequence) {
      const ended = config.policy === 'fcfs' || config.rules.ownVictim === 'end';
      return { fits: false, ended, position, restored };
    }
  } while (!kv.grow(sequence, tokens));
  return { fits: true, ended: false, position, restored };
}
