import fc from 'fast-check';

import type { TraceAbort, TraceConfig, TraceHeader, TraceRequest } from '../conformance/engine/trace-case.ts';

/** What a made-up case exercises beside chunks, tiny pools, prefixes, stops and aborts. */
export type CaseFeature =
  'nothing' | 'drafts' | 'window' | 'transfers' | 'adapters' | 'prefill interval' | 'switches';

interface DrawnRequest {
  readonly gap: number;
  readonly text: string | undefined;
  readonly shared: number;
  readonly follows: number;
  readonly own: number;
  readonly most: number;
  readonly ignoreEos: boolean;
  readonly eosAt: number | undefined;
  readonly stopAt: number | undefined;
  readonly prio: number;
  readonly lora: string | undefined;
  readonly salted: boolean;
  readonly remote: boolean;
  readonly loadPasses: number;
  readonly sendPasses: number | undefined;
  readonly abort: { readonly after: number; readonly when: 'top' | 'mid' } | undefined;
}

const drawnRequest: fc.Arbitrary<DrawnRequest> = fc.record({
  gap: fc.constantFrom(0, 0, 1, 2, 5, 9),
  text: fc.constantFrom('P0', 'P1', undefined),
  shared: fc.integer({ min: 1, max: 49 }),
  follows: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 6 })),
  own: fc.oneof(fc.integer({ min: 2, max: 20 }), fc.integer({ min: 20, max: 80 })),
  most: fc.integer({ min: 1, max: 40 }),
  ignoreEos: fc.boolean(),
  eosAt: fc.option(fc.nat(40), { nil: undefined }),
  stopAt: fc.option(fc.nat(40), { nil: undefined, freq: 3 }),
  prio: fc.nat(2),
  lora: fc.constantFrom(undefined, 'a', 'b', 'c'),
  salted: fc.boolean(),
  remote: fc.boolean(),
  loadPasses: fc.integer({ min: 1, max: 10 }),
  sendPasses: fc.option(fc.nat(8), { nil: undefined }),
  abort: fc.option(fc.record({ after: fc.nat(20), when: fc.constantFrom('top' as const, 'mid' as const) }), {
    nil: undefined,
    freq: 6,
  }),
});

const drawnConfig = fc.record({
  blockSize: fc.constantFrom(4, 16),
  usable: fc.integer({ min: 6, max: 60 }),
  share: fc.constantFrom(1, 0.75, 0.5),
  budget: fc.constantFrom(8, 16, 32, 64, 256),
  maxSeqs: fc.integer({ min: 1, max: 8 }),
  threshold: fc.constantFrom(0, 0, 5, 16),
  caching: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
  reserve: fc.boolean(),
  watermark: fc.constantFrom(0, 0, 0.05, 0.2),
  policy: fc.constantFrom('fcfs' as const, 'fcfs' as const, 'priority' as const),
  number: fc.integer({ min: 1, max: 5 }),
  flag: fc.boolean(),
  connector: fc.constantFrom('kv_consumer' as const, 'kv_producer' as const, 'kv_both' as const),
});

/** Cases as vLLM's were recorded, made up: what an engine does with them is for another engine to say. */
export function randomCase(feature: CaseFeature): fc.Arbitrary<TraceHeader> {
  return fc
    .record({
      config: drawnConfig,
      requests: fc.array(drawnRequest, { minLength: 1, maxLength: 14, size: 'max' }),
      mode: fc.constantFrom('sync' as const, 'async' as const),
      vllm: fc.constantFrom('0.33.0', '0.28.0'),
    })
    .map(({ config, requests: drawn, mode, vllm }) => {
      const cfg = configOf(config, feature);
      const requests = requestsOf(drawn, cfg, feature);
      const aborts = requests.flatMap(({ id, at }, index): TraceAbort[] => {
        const abort = drawn[index]?.abort;
        return abort === undefined ? [] : [{ at: at + abort.after, id, when: abort.when }];
      });
      return { vllm, family: feature, seed: 0, mode, cfg, requests, aborts };
    });
}

type DrawnConfig = typeof drawnConfig extends fc.Arbitrary<infer T> ? T : never;

function configOf(drawn: DrawnConfig, feature: CaseFeature): TraceConfig {
  const { blockSize, usable, number, flag } = drawn;
  const most = usable * blockSize;
  return {
    blocks: (feature === 'window' ? 2 * usable : usable) + 1,
    blockSize,
    maxBatchedTokens: drawn.budget,
    maxSeqs: drawn.maxSeqs,
    maxModelLen: Math.min(most, Math.max(24, Math.floor(most * drawn.share))),
    longPrefillThreshold: drawn.threshold,
    chunkedPrefill: true,
    // A row of one token beside rows of drafts is widened; which prompts have one left depends on the cache.
    prefixCaching: drawn.caching && feature !== 'drafts',
    reserveFullIsl: drawn.reserve,
    watermark: drawn.watermark,
    policy: drawn.policy,
    ...(feature === 'drafts' && { specTokens: number }),
    ...(feature === 'window' && {
      slidingWindow: (1 + number) * blockSize - (number % 4),
      retention: flag ? 0 : null,
    }),
    ...(feature === 'transfers' && { connector: drawn.connector }),
    ...(feature === 'adapters' && { maxLoras: 1 + (number % 2) }),
    ...(feature === 'prefill interval' && { prefillInterval: 1 + number }),
    ...(feature === 'switches' && {
      longPrefillAdaptive: flag,
      maxScheduledTokens: Math.max(4, Math.floor(drawn.budget / (1 + (number % 2)))),
      ...(number < 4 && { maxActiveSeqs: number }),
    }),
  };
}

function requestsOf(drawn: readonly DrawnRequest[], cfg: TraceConfig, feature: CaseFeature): TraceRequest[] {
  const requests: TraceRequest[] = [];
  let at = 0;
  for (const [index, one] of drawn.entries()) {
    at += one.gap;
    const room = cfg.maxModelLen - 2;
    const before = one.follows > 0 ? requests[index - one.follows] : undefined;
    const start: TraceRequest['prompt'] =
      before !== undefined
        ? [...before.prompt, [before.out, 0, before.maxTokens]]
        : one.text === undefined
          ? []
          : [[one.text, 0, one.shared]];
    const shared = lengthOf(start) <= room - 2 ? start : [];
    const own = Math.max(1, Math.min(one.own, room - lengthOf(shared)));
    const prompt: TraceRequest['prompt'] = [...shared, [`u${index}`, 0, own]];
    const length = lengthOf(prompt);
    const maxTokens = Math.max(1, Math.min(one.most, cfg.maxModelLen - length));
    const { connector } = cfg;
    requests.push({
      id: `r${index}`,
      at,
      prompt,
      out: `o.r${index}`,
      maxTokens,
      ignoreEos: one.ignoreEos,
      ...(one.eosAt !== undefined && { eosAt: one.eosAt }),
      ...(one.stopAt !== undefined && one.stopAt !== one.eosAt && { stopAt: one.stopAt }),
      ...(cfg.policy === 'priority' && { prio: one.prio }),
      ...(one.salted && index % 5 === 0 && { salt: 's' }),
      ...(feature === 'adapters' && one.lora !== undefined && { lora: one.lora }),
      ...(connector !== undefined &&
        connector !== 'kv_producer' &&
        one.remote && { remote: length, loadPasses: one.loadPasses }),
      ...(connector !== undefined &&
        connector !== 'kv_consumer' &&
        one.sendPasses !== undefined && { sendPasses: one.sendPasses }),
    });
  }
  return requests;
}

function lengthOf(prompt: TraceRequest['prompt']): number {
  return prompt.reduce((sum, [, , count]) => sum + count, 0);
}
