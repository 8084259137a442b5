import type { PlainPass, Row } from './plain-pass.ts';
import { knownTokens, type PlainRequest } from './plain-request.ts';
import type { PlainScheduler } from './plain-scheduler.ts';

/** What the workers return for a pass. */
export interface PlainOutput {
  /** Sampled tokens of the rows that yield any. */
  readonly tokens: ReadonlyMap<PlainRequest, readonly number[]>;
  /** Transfers that have ended. */
  readonly received: readonly PlainRequest[];
  readonly sent: readonly PlainRequest[];
}

export interface PlainUpdate {
  /** Tokens delivered, in order of scheduling. */
  readonly outputs: { readonly request: PlainRequest; readonly tokens: number[] }[];
  readonly done: PlainRequest[];
}

/** Applies the output of the oldest pass in flight. */
export function processOutput(scheduler: PlainScheduler, pass: PlainPass, output: PlainOutput): PlainUpdate {
  const update: PlainUpdate = { outputs: [], done: [] };
  if (pass.rows.size > 0) {
    scheduler.processed++;
    scheduler.releaseDeferred();
  }
  for (const [request, row] of pass.rows) {
    request.inFlight -= row.tokens;
    const isStale = request.stale > 0;
    if (isStale) request.stale -= row.tokens;
    if (request.status === 'finished' || (isStale && request.dropStale)) continue;
    const sampled = output.tokens.get(request) ?? [];
    if (sampled.length === 0) continue;
    if (!isStale) takeBackRefused(request, row, sampled.length);
    const before = request.status;
    const { tokens, reason } = append(scheduler, request, sampled);
    update.outputs.push({ request, tokens });
    if (!isStale) enterGenerated(scheduler, request, before, tokens.length);
    if (reason === undefined) continue;
    scheduler.leave(request);
    scheduler.finish(request, reason, request.sends);
    update.done.push(request);
  }
  for (const request of output.received) {
    if (request.status === 'loading') scheduler.received.add(request);
    else scheduler.forget(request);
  }
  for (const request of output.sent) scheduler.forget(request);
  return update;
}

/** Refused drafts were counted as computed when their pass was composed. */
function takeBackRefused(request: PlainRequest, row: Row, sampled: number): void {
  const refused = row.drafts - (sampled - 1);
  if (row.drafts === 0) return;
  request.computed -= refused;
  if (request.placeholders > 0) request.placeholders -= refused;
}

/** Appends tokens until one ends the answer. */
function append(
  { config }: PlainScheduler,
  request: PlainRequest,
  sampled: readonly number[],
): { tokens: number[]; reason: 'stop' | 'length' | undefined } {
  const tokens: number[] = [];
  for (const token of sampled) {
    request.outputs.push(token);
    tokens.push(token);
    if (request.ends(token)) return { tokens, reason: 'stop' };
    const atLimit = request.outputs.length >= request.maxTokens;
    if (atLimit || knownTokens(request) >= config.maxModelLen) return { tokens, reason: 'length' };
  }
  return { tokens, reason: undefined };
}

/** Blocks that the new tokens fill become findable, if that has to wait for the output. */
function enterGenerated(
  { config, cache }: PlainScheduler,
  request: PlainRequest,
  status: PlainRequest['status'],
  tokens: number,
): void {
  const { asyncScheduling, rules, ablation, numSpeculativeTokens } = config;
  if (asyncScheduling) request.placeholders -= tokens;
  if (status !== 'running') return;
  if (asyncScheduling) cache.enter(request, request.computed - request.placeholders);
  else if (numSpeculativeTokens > 0 && rules.acceptedDraftsFindable === 'output')
    cache.enter(request, Math.min(request.computed, knownTokens(request) - 1));
  else if (ablation === 'findable-at-schedule') cache.enter(request, request.computed);
}
