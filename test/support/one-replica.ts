import { PromptTree } from '../../base/prompt-tree.ts';
import type { DraftModel } from '../../sim/engine/draft-model.ts';
import type { EngineConfig } from '../../sim/engine/engine-config.ts';
import type { EngineRequest, Gauges, ServerListener } from '../../sim/engine/model-server.ts';
import { ReplicaServer } from '../../sim/engine/replica-server.ts';
import type { StepTimer } from '../../sim/latency/step-time-model.ts';

/** Ticks of every step, and ticks of a second. */
export const STEP = 100;

/** A roomy vLLM server with its defaults; tests narrow what they are about. */
export const ONE_REPLICA: EngineConfig = {
  blockSize: 16,
  numGpuBlocks: 1001,
  maxModelLen: 4096,
  maxNumSeqs: 16,
  maxNumActiveSeqs: undefined,
  maxNumBatchedTokens: 2048,
  maxNumScheduledTokens: 2048,
  longPrefillTokenThreshold: 0,
  longPrefillTokenThresholdAdaptive: false,
  enableChunkedPrefill: true,
  enablePrefixCaching: true,
  schedulerReserveFullIsl: true,
  watermark: 0,
  policy: 'fcfs',
  asyncScheduling: true,
  prefillScheduleInterval: 1,
  maxNumQueuedReqs: undefined,
  maxLoras: undefined,
  numSpeculativeTokens: 0,
  slidingWindow: undefined,
  prefixCacheRetentionInterval: 0,
  rules: {
    longPrefillThresholdWhenAlone: false,
    ownVictim: 'continue',
    acceptedDraftsFindable: 'output',
    victimBeingWritten: 'spare',
    lorasCounted: 'running',
    skippedWait: 'front',
  },
  overhead: { ingest: 0, ingestPerToken: 0, output: 0 },
};

export interface OneRequest {
  readonly at: number;
  readonly input: number;
  readonly output: number;
  /** Its prompt is the beginning of this text; private unless given. */
  readonly text?: number;
  /** The engine knows the end in advance; it does unless this is false. */
  readonly limited?: boolean;
}

/** What was told of a request; NaN = it never happened. */
export interface OneFate {
  started: number;
  hitTokens: number;
  firstToken: number;
  ended: number;
  outputTokens: number;
  refused: string | undefined;
}

/** Blocks of the full-attention layers that became findable at an instant. */
interface Announcement {
  readonly at: number;
  readonly stored: number;
}

export interface Played {
  readonly requests: readonly OneFate[];
  readonly preemptions: number;
  readonly steps: number;
  readonly events: readonly Announcement[];
  /** What the metrics page said. */
  gaugesAt(time: number): Gauges;
}

/** Plays requests, in order of arrival, on one server whose every step takes STEP ticks. */
export function playReplica(
  config: EngineConfig,
  arrivals: readonly OneRequest[],
  drafts?: DraftModel,
): Played {
  const tree = new PromptTree();
  const told = {
    requests: arrivals.map(() => noFate()),
    preemptions: 0,
    steps: 0,
    events: [] as Announcement[],
  };
  const fate = ({ index }: EngineRequest): OneFate => told.requests[index] ?? noFate();
  const listener: ServerListener = {
    started: (request, at, hitTokens) => Object.assign(fate(request), { started: at, hitTokens }),
    firstToken: (request, at) => Object.assign(fate(request), { firstToken: at }),
    gaps: () => undefined,
    ended: (request, at, outputTokens) => Object.assign(fate(request), { ended: at, outputTokens }),
    preempted: () => {
      told.preemptions++;
    },
    interval: ({ steps }) => {
      told.steps += steps;
    },
    kvEvents: (events, at) => {
      const stored = events.reduce(
        (sum, event) => sum + (event.type === 'stored' ? event.to - event.from : 0),
        0,
      );
      told.events.push({ at, stored });
    },
  };
  const server = new ReplicaServer({
    config,
    timer: EVEN_STEPS,
    listener,
    ticksPerSecond: STEP,
    gaugeHistory: 1000 * STEP,
    drafts,
  });
  let next = 0;
  for (;;) {
    const now = Math.min(arrivals[next]?.at ?? Infinity, server.nextEvent());
    if (now === Infinity) break;
    for (let due = arrivals[next]; due?.at === now; due = arrivals[++next]) {
      const request = requestOf(due, next, tree);
      fate(request).refused = server.add(request, now)?.reason;
    }
    server.advance(now);
    server.check();
  }
  return {
    ...told,
    gaugesAt(time) {
      const gauges: Gauges = { running: NaN, waiting: NaN, kvUsage: NaN };
      server.gaugesAt(time, gauges);
      return gauges;
    },
  };
}

function requestOf(
  { input, output, text, limited }: OneRequest,
  index: number,
  tree: PromptTree,
): EngineRequest {
  return {
    index,
    prompt: tree.prompt([{ content: text ?? tree.privateContent(), start: 0, tokens: input }]),
    outputContent: tree.privateContent(),
    outputTokens: output,
    maxOutputTokens: limited === false ? undefined : output,
    priority: 0,
    lora: undefined,
  };
}

const EVEN_STEPS: StepTimer = {
  step: () => STEP,
  growth: (_, into) => {
    into.growth = 0;
    into.steps = Infinity;
  },
};

function noFate(): OneFate {
  return { started: NaN, hitTokens: NaN, firstToken: NaN, ended: NaN, outputTokens: NaN, refused: undefined };
}
