import type { Hit } from './plain-kv-cache.ts';
import type { PlainPass } from './plain-pass.ts';
import { knownTokens, type PlainRequest } from './plain-request.ts';
import type { PlainScheduler } from './plain-scheduler.ts';
import type { PassLimits } from './schedule-running.ts';

/** Second half of a pass: waiting requests are admitted in order while they fit. */
export function admitWaiting(scheduler: PlainScheduler, pass: PlainPass, limits: PassLimits): void {
  const { config, waiting } = scheduler;
  const { ablation } = config;
  const places = Math.min(config.maxNumSeqs, config.maxNumActiveSeqs ?? Infinity);
  const adapters = adaptersInUse(scheduler, pass);
  const skipped: PlainRequest[] = [];
  const skip = (request: PlainRequest) => {
    waiting.remove(request);
    skipped.push(request);
  };

  for (let request = waiting.head(); request !== undefined; request = waiting.head()) {
    if (limits.budget <= 0) break;
    if (scheduler.running.length >= places) break;
    if (request.status === 'loading' && !kvHasArrived(scheduler, request)) {
      skip(request);
      continue;
    }
    if (request.stale > 0 && !request.dropStale) {
      // Its old output is still to come.
      skip(request);
      continue;
    }
    if (overAdapterLimit(scheduler, adapters, request)) {
      if (ablation === 'skip-adapters') break;
      skip(request);
      continue;
    }
    const admitted = admit(scheduler, pass, limits, request);
    if (admitted === 'loading') {
      skip(request);
      continue;
    }
    if (admitted === 'does not fit') {
      if (ablation !== 'head-of-line') break;
      skip(request);
      continue;
    }
    if (request.lora !== undefined) adapters.add(request.lora);
  }
  waiting.putBack(skipped);
  if (!limits.noPrefill) scheduler.leftWaiting = waiting.size > 0;
}

function adaptersInUse(scheduler: PlainScheduler, pass: PlainPass): Set<string> {
  const counted =
    scheduler.config.rules.lorasCounted === 'running' ? scheduler.running : [...pass.rows.keys()];
  return new Set(counted.flatMap(({ lora }) => lora ?? []));
}

function overAdapterLimit({ config }: PlainScheduler, adapters: Set<string>, request: PlainRequest): boolean {
  if (request.lora === undefined || config.maxLoras === undefined) return false;
  return adapters.size === config.maxLoras && !adapters.has(request.lora);
}

/** Promotes a request whose KV has come from another server: it now looks like one that was computed here. */
function kvHasArrived(scheduler: PlainScheduler, request: PlainRequest): boolean {
  if (!scheduler.received.delete(request)) return false;
  scheduler.cache.enter(request, request.computed);
  // The last token is computed here, so that there is something to sample from.
  const isWhole = request.computed === knownTokens(request);
  if (isWhole)
    request.computed -=
      scheduler.config.ablation === 'last-token-after-load' ? scheduler.config.blockSize : 1;
  request.status = request.preemptions > 0 ? 'preempted' : 'waiting';
  return true;
}

function admit(
  scheduler: PlainScheduler,
  pass: PlainPass,
  limits: PassLimits,
  request: PlainRequest,
): 'admitted' | 'loading' | 'does not fit' {
  const { config, cache } = scheduler;
  const hit = request.computed === 0 ? cache.lookup(request) : undefined;
  if (hit !== undefined) request.junction = hit.junction;
  const external = hit === undefined ? 0 : externalTokens(request, hit);
  const computed = request.computed + (hit?.tokens ?? 0) + external;
  const row = external > 0 ? { tokens: 0, drafts: 0 } : firstRow(scheduler, pass, limits, request, computed);
  if (row === undefined) return 'does not fit';
  if (config.ablation === 'count-hits-once') countHits(scheduler, pass, request, hit);

  const blocks = cache.allocate(request, {
    tokens: row.tokens,
    hit,
    external,
    reserved: external > 0 && config.ablation !== 'load-reservation' ? reservedBlocks(scheduler) : 0,
    admission: {
      whole: config.schedulerReserveFullIsl,
      othersRun: scheduler.running.length > 0,
    },
  });
  if (blocks === undefined) return 'does not fit';
  if (config.ablation !== 'count-hits-once') countHits(scheduler, pass, request, hit);
  const ids = request.held.map((group) => group.map(({ id }) => id));
  request.computed = computed;

  if (external > 0) {
    request.status = 'loading';
    request.remoteAsked = true;
    scheduler.unfinishedPrompts.add(request);
    pass.loads.push({ request, cached: hit?.tokens ?? 0, external, blocks: ids });
    return 'loading';
  }
  const admission = { request, computed, blocks: ids };
  if (request.status === 'preempted') pass.resumed.push(admission);
  else pass.admitted.push(admission);
  scheduler.leave(request);
  request.status = 'running';
  request.remoteAsked = true;
  scheduler.running.push(request);
  limits.budget -= row.tokens;
  const prefill = computed < knownTokens(request) - 1;
  pass.rows.set(request, { ...row, computed, prefill, isChunk: false });
  if (computed + row.tokens < knownTokens(request)) scheduler.unfinishedPrompts.add(request);
  return 'admitted';
}

/** Prompt tokens whose KV another server has and this one lacks; asked for at the first admission only. */
function externalTokens(request: PlainRequest, hit: Hit): number {
  if (request.remoteAsked) return 0;
  return Math.max(0, Math.min(request.remoteTokens, request.promptTokens) - hit.tokens);
}

/** Tokens of a waiting request's first row; undefined when it is not to be admitted in this pass. */
function firstRow(
  { config }: PlainScheduler,
  pass: PlainPass,
  limits: PassLimits,
  request: PlainRequest,
  computed: number,
): { tokens: number; drafts: number } | undefined {
  const left = knownTokens(request) - computed;
  if (limits.noPrefill && left > 1) return undefined;
  const drafts = config.numSpeculativeTokens;
  const rows = [...pass.rows.values()];
  const pads = drafts > 0 && config.ablation !== 'uniform-decode-rows';
  if (pads && left === 1 && rows.length > 0 && !rows.some(({ prefill }) => prefill)) {
    // A decode row among decode rows gets as many tokens as they have, or waits: the graphs stay uniform.
    if (1 + drafts > limits.budget || computed + 1 + drafts > config.maxModelLen) return undefined;
    return { tokens: Math.min(1 + drafts, limits.threshold), drafts };
  }
  const tokens = Math.min(left, limits.threshold);
  if (!config.enableChunkedPrefill && tokens > limits.budget) return undefined;
  return { tokens: Math.min(tokens, limits.budget), drafts: 0 };
}

/** Blocks that prompts and loads under way still need. */
function reservedBlocks({ cache, unfinishedPrompts }: PlainScheduler): number {
  return [...unfinishedPrompts].reduce((sum, request) => sum + cache.remaining(request), 0);
}

function countHits(
  { config }: PlainScheduler,
  pass: PlainPass,
  request: PlainRequest,
  hit: Hit | undefined,
): void {
  if (hit === undefined || !config.enablePrefixCaching) return;
  const count = request.preemptions > 0 ? pass.resumedLookups : pass.lookups;
  count.queries += knownTokens(request);
  count.hits += hit.tokens;
}
