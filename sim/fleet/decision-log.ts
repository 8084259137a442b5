import type { Seconds } from '../../base/units.ts';
import type { DecisionEndpoint, DecisionProfile, DecisionRecord } from '../../documents/decision-record.ts';
import type { ProfileResult } from '../../scheduler/decision.ts';
import type { Endpoint } from '../../scheduler/endpoint.ts';
import type { Flight } from './flight.ts';
import type { RunInput } from './run-input.ts';

/** Which requests' decisions are kept: the first so many of the workload, or those with these ids. */
export type DecisionSelection = { readonly first: number } | { readonly ids: readonly string[] };

/** What a router knows of a decision that it has just taken. */
export interface TakenDecision {
  readonly flight: Flight;
  readonly gateway: number;
  readonly at: Seconds;
  /** Absent = the request was rejected, `flight.reason` says why. */
  readonly endpoint?: Endpoint | undefined;
  readonly profiles?: readonly ProfileResult[];
  readonly rule?: string;
  /** Of a rule: whom it could choose from, and whether it looked at their metrics. */
  readonly endpoints?: readonly Endpoint[];
  readonly looksAtMetrics?: boolean;
}

/** Keeps the decisions of chosen requests with their reasons, in the order in which they were taken. */
export class DecisionLog {
  readonly records: DecisionRecord[] = [];
  private readonly policy: string;
  private readonly seed: number;
  private readonly isChosen: (flight: Flight) => boolean;

  constructor({ policy, seed }: RunInput, selection: DecisionSelection) {
    this.policy = policy;
    this.seed = seed;
    if ('first' in selection) {
      this.isChosen = ({ request }) => request.index < selection.first;
    } else {
      const ids = new Set(selection.ids);
      this.isChosen = ({ request }) => ids.has(request.id);
    }
  }

  wants(flight: Flight): boolean {
    return this.isChosen(flight);
  }

  add({
    flight,
    gateway,
    at,
    endpoint,
    profiles,
    rule,
    endpoints,
    looksAtMetrics = true,
  }: TakenDecision): void {
    const { predictedHitTokens, reason } = flight;
    this.records.push({
      policy: this.policy,
      seed: this.seed,
      request: flight.request.id,
      attempt: flight.attempt,
      gateway,
      time: at,
      inputTokens: flight.prompt.length,
      outcome: endpoint === undefined ? 'rejected' : 'decided',
      ...(endpoint !== undefined && { endpoint: nameOf(endpoint) }),
      ...(endpoint === undefined && reason !== undefined && { reason }),
      ...(predictedHitTokens !== undefined && { predictedHitTokens }),
      ...(profiles !== undefined && { profiles: profiles.map((profile) => reasonsOf(profile, at)) }),
      ...(rule !== undefined && { rule }),
      ...(endpoints !== undefined && {
        endpoints: endpoints.map((one) => ({
          endpoint: nameOf(one),
          ...(looksAtMetrics && { metrics: metricsOf(one, at) }),
        })),
      }),
    });
  }
}

function reasonsOf({ name, targets, error, reasons }: ProfileResult, at: Seconds): DecisionProfile {
  const {
    candidates = [],
    filters = [],
    scorers = [],
    endpoints = [],
    totals = [],
    best = [],
  } = reasons ?? {};
  return {
    name,
    endpoints: candidates.map((endpoint): DecisionEndpoint => {
      const seen = { endpoint: nameOf(endpoint), metrics: metricsOf(endpoint, at) };
      const dropped = filters.find(({ kept }) => !kept.includes(endpoint));
      if (dropped !== undefined) return { ...seen, droppedBy: dropped.plugin };
      const place = endpoints.indexOf(endpoint);
      return {
        ...seen,
        scores: scorers.map(({ plugin, weight, scores }) => ({
          scorer: plugin,
          weight: inJson(weight),
          score: inJson(scores[place] ?? 0),
        })),
        total: inJson(totals[place] ?? 0),
      };
    }),
    ...(best.length > 1 && { tie: best.map(nameOf) }),
    picked: targets.map(({ endpoint }) => nameOf(endpoint)),
    ...(error !== undefined && { error: error.message }),
  };
}

function metricsOf({ metrics }: Endpoint, at: Seconds): DecisionEndpoint['metrics'] {
  const { waiting, running, kvUsage, updatedAt } = metrics;
  return { waiting, running, kvUsage, ...(updatedAt !== undefined && { age: at - updatedAt }) };
}

/** `h100/3` for the endpoint `default/h100-3`. */
function nameOf({ id }: Endpoint): string {
  return id.replace(/^default\//, '').replace(/-(\d+)$/, '/$1');
}

function inJson(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}
