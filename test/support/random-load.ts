import fc from 'fast-check';

import { PromptTree, type TreePrompt } from '../../base/prompt-tree.ts';
import type { EngineConfig, EngineRules } from '../../sim/engine/engine-config.ts';
import type { EngineRequest } from '../../sim/engine/model-server.ts';
import { timerNumbers, type TimerNumbers } from './random-timer.ts';

/** A made-up run of a few replicas: what they are, and what comes at them. */
export interface RandomLoad {
  readonly replicas: number;
  readonly config: EngineConfig;
  readonly timer: TimerNumbers;
  readonly requests: readonly RandomRequest[];
}

export interface RandomRequest {
  /** Ticks since the arrival before. */
  readonly gap: number;
  /** A shared text and how much of it the prompt begins with. */
  readonly text: number;
  readonly shared: number;
  readonly own: number;
  /** The prompt goes on from the whole of an earlier one and its answer: so many requests ago; 0 = it does not. */
  readonly follows: number;
  readonly output: number;
  /** Whether the end is known in advance, and tokens by which the limit exceeds what the model would say. */
  readonly hasLimit: boolean;
  readonly slack: number;
  readonly priority: number;
  readonly lora: string | undefined;
  /** Ticks after its arrival at which the client goes. */
  readonly patience: number | undefined;
}

const RULES: readonly EngineRules[] = [
  {
    longPrefillThresholdWhenAlone: false,
    ownVictim: 'continue',
    acceptedDraftsFindable: 'output',
    victimBeingWritten: 'spare',
    lorasCounted: 'running',
    skippedWait: 'front',
  },
  {
    longPrefillThresholdWhenAlone: true,
    ownVictim: 'end',
    acceptedDraftsFindable: 'next-schedule',
    victimBeingWritten: 'preempt',
    lorasCounted: 'scheduled',
    skippedWait: 'own-queue',
  },
];

/** Ticks of a microsecond: settings of some microseconds are whole ticks, however they are rounded. */
export const TICKS_PER_SECOND = 1e6;

/** Settings of a replica, from tiny pools to roomy ones. */
export const drawnConfig: fc.Arbitrary<EngineConfig> = fc
  .record({
    blockSize: fc.constantFrom(4, 16),
    usableBlocks: fc.oneof(fc.integer({ min: 4, max: 20 }), fc.integer({ min: 20, max: 120 })),
    modelShare: fc.constantFrom(1, 0.75, 0.5, 2),
    maxNumSeqs: fc.integer({ min: 1, max: 8 }),
    activeCap: rarely(fc.integer({ min: 1, max: 4 })),
    budget: fc.oneof(fc.integer({ min: 8, max: 40 }), fc.integer({ min: 40, max: 400 })),
    passBudget: rarely(fc.integer({ min: 8, max: 64 })),
    threshold: fc.constantFrom(0, 0, 5, 16),
    adaptive: fc.boolean(),
    chunked: fc.oneof({ weight: 6, arbitrary: fc.constant(true) }, fc.constant(false)),
    caching: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.constant(false)),
    reserve: fc.boolean(),
    watermark: fc.constantFrom(0, 0, 0.05, 0.25),
    policy: fc.constantFrom<'fcfs' | 'priority'>('fcfs', 'priority'),
    asyncScheduling: fc.boolean(),
    interval: fc.constantFrom(1, 1, 1, 2, 4),
    maxLoras: rarely(fc.integer({ min: 1, max: 2 })),
    window: rarely(fc.constantFrom(3, 8, 17, 40)),
    windowGroups: fc.constantFrom(0, 1, 1, 2, 3),
    retention: fc.constantFrom(0, undefined),
    rules: fc.constantFrom(...RULES),
    overhead: fc.constantFrom(
      { ingest: 0, ingestPerToken: 0, output: 0 },
      { ingest: 30e-6, ingestPerToken: 1e-6, output: 25e-6 },
      { ingest: 0, ingestPerToken: 0, output: 300e-6 },
    ),
  })
  .map((drawn) => {
    // Window groups hold blocks of its own: the longest request must fit with both. 0: one such group and no other.
    const blocks =
      drawn.window === undefined
        ? drawn.usableBlocks
        : Math.max(1, Math.floor(drawn.usableBlocks / (1 + drawn.windowGroups)));
    const share = drawn.window === undefined ? drawn.modelShare : Math.min(1, drawn.modelShare);
    const maxModelLen = Math.max(blocks, Math.floor(blocks * drawn.blockSize * share));
    const budget = drawn.chunked ? drawn.budget : Math.max(drawn.budget, maxModelLen);
    return {
      blockSize: drawn.blockSize,
      numGpuBlocks: drawn.usableBlocks + 1,
      maxModelLen,
      maxNumSeqs: drawn.maxNumSeqs,
      maxNumActiveSeqs: drawn.activeCap,
      maxNumBatchedTokens: budget,
      maxNumScheduledTokens: drawn.chunked ? Math.min(drawn.passBudget ?? budget, budget) : budget,
      longPrefillTokenThreshold: drawn.threshold,
      longPrefillTokenThresholdAdaptive: drawn.adaptive,
      enableChunkedPrefill: drawn.chunked,
      enablePrefixCaching: drawn.caching,
      schedulerReserveFullIsl: drawn.reserve,
      watermark: drawn.watermark,
      policy: drawn.policy,
      asyncScheduling: drawn.asyncScheduling,
      prefillScheduleInterval: drawn.interval,
      maxNumQueuedReqs: undefined,
      maxLoras: drawn.maxLoras,
      numSpeculativeTokens: 0,
      slidingWindow: drawn.window,
      slidingWindowGroups: Math.max(1, drawn.windowGroups),
      windowsOnly: drawn.window !== undefined && drawn.windowGroups === 0,
      prefixCacheRetentionInterval: drawn.retention,
      rules: drawn.rules,
      overhead: drawn.overhead,
    };
  });

/** A limit of so many tokens more than the answer may exceed the model length: the request is refused then. */
const TOO_MUCH = 40;

/** Mostly absent. */
function rarely<Value>(drawn: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: drawn });
}

function request(pace: number): fc.Arbitrary<RandomRequest> {
  return fc.record({
    gap: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: pace })),
    text: fc.integer({ min: 1, max: 3 }),
    shared: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 60 })),
    own: fc.integer({ min: 1, max: 40 }),
    follows: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 6 })),
    output: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 200 })),
    hasLimit: fc.boolean(),
    slack: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: TOO_MUCH })),
    priority: fc.integer({ min: 0, max: 2 }),
    lora: fc.constantFrom(undefined, undefined, 'a', 'b', 'c'),
    patience: rarely(fc.integer({ min: 0, max: 4000 })),
  });
}

export const randomLoad: fc.Arbitrary<RandomLoad> = fc.constantFrom(5, 100, 2000, 12000).chain((pace) =>
  fc.record({
    replicas: fc.constantFrom(1, 1, 2, 3),
    config: drawnConfig,
    timer: timerNumbers,
    requests: fc.array(request(pace), { minLength: 1, maxLength: 60, size: 'max' }),
  }),
);

/** A request of a load and its instants. */
export interface PlannedRequest {
  readonly request: EngineRequest;
  readonly replica: number;
  readonly arrival: number;
  readonly abort: number | undefined;
}

/** The requests of a load with their prompts; a request has its own prompts in every run. */
export function planned(load: RandomLoad): PlannedRequest[] {
  const tree = new PromptTree();
  const most = load.config.maxModelLen;
  const wholes: (TreePrompt | undefined)[] = [];
  let arrival = 0;
  return load.requests.map((drawn, index) => {
    arrival += drawn.gap;
    const third = Math.max(1, Math.floor(most / 3));
    const own = { content: tree.privateContent(), start: 0, tokens: Math.min(drawn.own, third) };
    const before = drawn.follows > 0 ? wholes[index - drawn.follows] : undefined;
    const shared = { content: drawn.text, start: 0, tokens: Math.min(drawn.shared, third) };
    const prompt = (before ?? tree.prompt([shared], drawn.lora)).extend([own]);
    const outputContent = tree.privateContent();
    const room = Math.max(1, most - prompt.length);
    const outputTokens = Math.min(drawn.output, 2 * room);
    const limit = Math.min(outputTokens + drawn.slack, drawn.slack === TOO_MUCH ? Infinity : room);
    wholes.push(prompt.extend([{ content: outputContent, start: 0, tokens: outputTokens }]));
    return {
      request: {
        index,
        prompt,
        outputContent,
        outputTokens,
        maxOutputTokens: drawn.hasLimit ? limit : undefined,
        priority: drawn.priority,
        lora: drawn.lora,
      },
      replica: index % load.replicas,
      arrival,
      abort: drawn.patience === undefined ? undefined : arrival + drawn.patience,
    };
  });
}
