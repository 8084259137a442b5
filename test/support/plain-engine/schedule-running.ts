import type { Block } from './plain-block-pool.ts';
import type { PlainPass } from './plain-pass.ts';
import { knownTokens, type PlainRequest } from './plain-request.ts';
import type { PlainScheduler } from './plain-scheduler.ts';

/** What a pass has left, and what holds for all its rows. */
export interface PassLimits {
  /** Tokens left. */
  budget: number;
  /** Most tokens of one request. */
  readonly threshold: number;
  /** No prefill in this pass. */
  readonly noPrefill: boolean;
}

/** First half of a pass: running requests get tokens in order of admission; who finds no blocks preempts others. */
export function scheduleRunning(scheduler: PlainScheduler, pass: PlainPass, limits: PassLimits): void {
  const { ablation, rules } = scheduler.config;
  // Victims leave a copy of this list.
  const inOrder = scheduler.running;
  for (const request of inOrder) {
    if (limits.budget <= 0) return;
    if (request.status !== 'running' || pass.rows.has(request)) continue;
    if (lastTokenInFlight(scheduler, request)) continue;
    if (limits.noPrefill && request.isChunk) continue;
    const tokens = tokensNow(scheduler, request, Math.min(limits.threshold, limits.budget));
    if (tokens === 0) {
      if (ablation === 'skip-what-has-nothing-to-do') return;
      continue;
    }
    const blocks = allocateOrPreempt(scheduler, pass, limits, request, tokens);
    if (blocks === 'own victim') {
      if (rules.ownVictim === 'continue') continue;
      return;
    }
    if (blocks === 'spared') return;
    limits.budget -= tokens;
    pass.rows.set(request, {
      tokens,
      drafts: draftsAmong(request, tokens),
      computed: request.computed,
      prefill: request.isChunk,
      isChunk: false,
    });
    request.drafts = 0;
    if (blocks.some((group) => group.length > 0))
      pass.grown.push({ request, blocks: blocks.map((group) => group.map(({ id }) => id)) });
  }
}

/** Whether a pass in flight will bring the last token that the limit allows (asynchronous scheduling). */
function lastTokenInFlight({ config }: PlainScheduler, request: PlainRequest): boolean {
  if (config.ablation === 'final-token-in-flight' || request.placeholders === 0) return false;
  // Drafts among the placeholders may all be refused: only one token a row is certain.
  const certain = request.computed + 2 - request.placeholders;
  return certain >= request.promptTokens + request.maxTokens;
}

function tokensNow({ config }: PlainScheduler, request: PlainRequest, most: number): number {
  const known = knownTokens(request) + request.drafts + request.placeholders;
  const beforeLimit = config.maxModelLen - 1 - request.computed;
  const limit = config.ablation === 'model-length-limit' ? Infinity : beforeLimit;
  return Math.min(known - request.computed, most, limit);
}

function draftsAmong(request: PlainRequest, tokens: number): number {
  if (request.drafts === 0) return 0;
  const beyond = request.computed + tokens - knownTokens(request) - request.placeholders;
  return Math.min(request.drafts, Math.max(0, beyond));
}

/** Blocks for `tokens` more tokens, from victims if need be. */
function allocateOrPreempt(
  scheduler: PlainScheduler,
  pass: PlainPass,
  limits: PassLimits,
  request: PlainRequest,
  tokens: number,
): Block[][] | 'own victim' | 'spared' {
  for (;;) {
    const blocks = scheduler.cache.allocate(request, { tokens });
    if (blocks !== undefined) return blocks;
    const victim = chooseVictim(scheduler);
    if (scheduler.config.rules.victimBeingWritten === 'spare' && scheduler.stillWritten(victim))
      return 'spared';
    const row = pass.rows.get(victim);
    if (row !== undefined) {
      // Under `priority` the victim may have been scheduled in this very pass.
      pass.rows.delete(victim);
      if (scheduler.config.ablation !== 'victim-refund') limits.budget += row.tokens;
      const grown = pass.grown.findIndex((entry) => entry.request === victim);
      if (grown >= 0) pass.grown.splice(grown, 1);
    }
    scheduler.leave(victim);
    scheduler.preempt(victim, pass);
    if (victim === request) return 'own victim';
  }
}

/** fcfs: the last admitted; priority: the least urgent, of equals the last to arrive. */
function chooseVictim({ config, running }: PlainScheduler): PlainRequest {
  const oldest = config.ablation === 'last-admitted-victim';
  const last = oldest ? running[0] : running.at(-1);
  if (last === undefined) throw new Error('a request that lacks blocks is running itself');
  if (config.policy === 'fcfs' || config.ablation === 'priority-victim') return last;
  return running.reduce((worst, other) => {
    const worse = other.priority - worst.priority || other.order - worst.order;
    return worse > 0 ? other : worst;
  });
}
