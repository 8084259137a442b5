import { invariant } from '../../base/invariant.ts';
import type { Seconds, Ticks } from '../../base/units.ts';
import type { RunRecord } from '../../documents/run-record.ts';
import type { Label } from '../../documents/run-report.ts';
import { AcceptanceRate } from '../engine/draft-model.ts';
import { ReplicaServer } from '../engine/replica-server.ts';
import { clockFor, type Clock } from '../events/clock.ts';
import type { EndedRequest } from '../metrics/request-recorder.ts';
import { RunRecorder, statusCode } from '../metrics/run-recorder.ts';
import { targetsOf } from '../metrics/slo.ts';
import type { RequestSource } from '../workload/request.ts';
import { beyondTables, type Extremes } from './beyond-tables.ts';
import { DecisionLog } from './decision-log.ts';
import { Fleet } from './fleet.ts';
import type { Flight } from './flight.ts';
import { makeRouter } from './make-router.ts';
import type { RunInput } from './run-input.ts';
import type { RunObserver } from './run-observer.ts';

/** How far a run has come, for a progress line. */
export interface Progress {
  readonly ended: number;
  readonly offered: number;
  /** Requests that the workload will give, where known. */
  readonly total: number | undefined;
  readonly simulated: Seconds;
}

/** Requests between two calls of a progress listener. */
const PROGRESS_EVERY = 1024;

/**
 * Plays one policy's run from the first arrival to the last end, and says what happened. Synchronous and pure: no file,
 * no wall clock; equal inputs give equal records. Throws InvariantError when a law is broken (requests are conserved).
 */
export function simulate(input: RunInput, onProgress?: (progress: Progress) => void): RunRecord {
  const source = input.workload.open(input.seed);
  const horizon = input.limit ?? horizonOf(source);
  const clock = clockFor(horizon);
  const recorder = new RunRecorder({
    policy: input.policy,
    seed: input.seed,
    ticksPerSecond: clock.ticksPerSecond,
    closedLoop: source.closedLoop,
    hasSessions: input.workload.hasSessions,
    stages: source.stages ?? [],
    warmupStages: new Set((source.stages ?? []).flatMap(({ warmup }, stage) => (warmup ? [stage] : []))),
    warmup: input.warmup,
    targets: input.slo === undefined ? undefined : targetsOf.bind(undefined, input.slo),
    pools: input.pools.map((pool) => ({ ...pool, usableBlocks: pool.engine.numGpuBlocks - 1 })),
    labels: input.labels,
    expected: source.count,
  });
  const log = input.decisions === undefined ? undefined : new DecisionLog(input, input.decisions);
  const poolOf = input.pools.flatMap(({ replicas }, pool) => Array.from({ length: replicas }, () => pool));
  const extremes = input.pools.map((): Extremes => ({ batch: 0, context: 0, prompt: 0 }));
  const observer = observe(recorder, clock, source, onProgress, (flight) => {
    const own = extremes[poolOf[flight.replica] ?? -1];
    if (own === undefined || flight.started === undefined) return;
    const { length } = flight.request.prompt;
    own.prompt = Math.max(own.prompt, length);
    own.context = Math.max(own.context, length + flight.producedTokens);
  });
  const fleet = new Fleet({
    input,
    clock,
    source,
    observer,
    makeRouter: (view) => makeRouter(input, clock, view, log),
    makeServer: ({ engine, stepTime, draftAcceptance }, listener, pace) =>
      new ReplicaServer({
        config: engine,
        timer: pace?.timer(stepTime, clock.ticksPerSecond) ?? stepTime.timer(clock.ticksPerSecond),
        listener,
        ticksPerSecond: clock.ticksPerSecond,
        gaugeHistory: clock.ticks(2 * input.router.gateway.scrapeInterval),
        drafts:
          draftAcceptance === undefined
            ? undefined
            : new AcceptanceRate(input.seed, engine.numSpeculativeTokens, draftAcceptance),
      }),
  });
  const end = fleet.run(clock.ticks(horizon));
  const record = recorder.record(end, fleet.events);
  invariant(observer.offeredRequests === observer.endedRequests, 'offered = completed + … + unfinished', {
    offered: observer.offeredRequests,
    ended: observer.endedRequests,
  });
  for (const [pool, own] of extremes.entries()) own.batch = recorder.mostRunning(pool);
  const labels = [
    ...beyondTables(input.pools, extremes),
    ...sloClassLabels(input.slo, record.requests.dictionaries.classes),
  ];
  const labelled =
    labels.length === 0
      ? record
      : { ...record, entry: { ...record.entry, labels: [...record.entry.labels, ...labels] } };
  return log === undefined ? labelled : { ...labelled, decisions: log.records };
}

/** Of classes that the SLO has targets for, and no request: a name that is mistyped promises nothing to anybody. */
function sloClassLabels(slo: RunInput['slo'], classes: readonly string[]): Label[] {
  const idle = [...(slo?.classes.keys() ?? [])].filter((name) => !classes.includes(name));
  if (idle.length === 0) return [];
  const had = classes.length === 0 ? 'requests have no class' : `requests have ${classes.join(', ')}`;
  return [
    {
      code: 'slo-class',
      text: `no request has the class ${idle.join(', ')}: its targets hold for nobody (${had})`,
      path: 'spec.slo.classes',
    },
  ];
}

/** Twice the last arrival and an hour; where arrivals wait for ends, the longest run of the finest clock. */
function horizonOf(source: RequestSource): Seconds {
  return source.lastArrival === undefined ? 39 * 3600 : 2 * source.lastArrival + 3600;
}

interface CountingObserver extends RunObserver {
  offeredRequests: number;
  endedRequests: number;
}

function observe(
  recorder: RunRecorder,
  clock: Clock,
  source: RequestSource,
  onProgress: ((progress: Progress) => void) | undefined,
  onEnd: (flight: Flight) => void,
): CountingObserver {
  const row = emptyRow();
  const seconds = (ticks: Ticks | undefined): Seconds =>
    ticks === undefined ? NaN : ticks / clock.ticksPerSecond;
  let now: Ticks = 0;
  const observer: CountingObserver = {
    offeredRequests: 0,
    endedRequests: 0,
    offered: (request, at) => {
      observer.offeredRequests++;
      now = at;
      recorder.offered(request, at, request.prompt.length + request.outputTokens);
    },
    ended: (flight, at) => {
      observer.endedRequests++;
      now = at;
      fill(row, flight, seconds);
      onEnd(flight);
      recorder.ended(row, at, unservedTokens(flight), flight.preemptions);
      if (flight.status === 'rejected' && flight.forCapacity)
        recorder.rejectedForCapacity(flight.replica, at);
      if (onProgress !== undefined && observer.endedRequests % PROGRESS_EVERY === 0) {
        const { endedRequests: ended, offeredRequests: offered } = observer;
        onProgress({ ended, offered, total: source.count, simulated: seconds(at) });
      }
    },
    neverSent: (request, status, at) => {
      observer.endedRequests++;
      Object.assign(row, emptyRow(), {
        index: request.index,
        status: statusCode(status),
        reason: status === 'failed' ? 'no connection' : undefined,
        firstArrival: seconds(at),
        end: seconds(at),
        outputTokens: 0,
      });
      recorder.ended(row, at, request.prompt.length + request.outputTokens, 0);
    },
    gaps: (rows, first, growth, steps) => recorder.gapsBetweenTokens(now, rows, first, growth, steps),
    interval: (replica, interval) => recorder.interval(replica, interval),
  };
  return observer;
}

/** Input and output of an ended request that nobody will serve any more. */
function unservedTokens({ status, request, producedTokens }: Flight): number {
  switch (status) {
    case 'unfinished':
      return 0;
    case 'completed':
    case 'cancelled':
      return request.outputTokens - producedTokens;
    default:
      return request.prompt.length + request.outputTokens;
  }
}

function fill(row: EndedRequest, flight: Flight, seconds: (ticks: Ticks | undefined) => Seconds): void {
  row.index = flight.request.index;
  row.status = statusCode(flight.status);
  row.endpoint = flight.replica;
  row.firstArrival = seconds(flight.firstArrival);
  row.arrival = seconds(flight.arrival);
  row.dispatched = seconds(flight.dispatched);
  row.delivered = seconds(flight.delivered);
  row.queued = seconds(flight.queued);
  row.started = seconds(flight.started);
  row.firstTokenMade = seconds(flight.firstTokenMade);
  row.firstToken = seconds(flight.firstToken);
  row.end = seconds(flight.ended);
  row.outputTokens = flight.producedTokens;
  row.prefixHitTokens = flight.started === undefined ? -1 : flight.hitTokens;
  row.reason = flight.reason;
  row.predictedHitTokens = flight.predictedHitTokens ?? NaN;
}

function emptyRow(): EndedRequest {
  return {
    index: 0,
    status: 0,
    endpoint: -1,
    firstArrival: NaN,
    arrival: NaN,
    dispatched: NaN,
    delivered: NaN,
    queued: NaN,
    started: NaN,
    firstTokenMade: NaN,
    firstToken: NaN,
    end: NaN,
    outputTokens: 0,
    prefixHitTokens: -1,
    predictedHitTokens: NaN,
    reason: undefined,
  };
}
