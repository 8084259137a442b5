import { invariant } from '../../base/invariant.ts';
import type { Seconds } from '../../base/units.ts';
import type { ProfileReasons, ProfileResult, Target } from '../decision.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Filter, Picker, Scorer } from '../plugin.ts';
import { rejection } from '../rejection.ts';
import type { RequestState } from '../request-state.ts';

export interface WeightedScorer {
  readonly scorer: Scorer;
  readonly weight: number;
}

/** What a caller may ask of a cycle beyond its result. */
export interface CycleOptions {
  /** Return the reasons too. They cost time. */
  readonly explain?: boolean;
  /**
   * Replays a decision: ids of the endpoints that a profile is to pick, whatever the scores; undefined = let it pick.
   * Nothing else changes, also not what later stages see of the pick.
   */
  readonly replay?: (profile: string) => readonly string[] | undefined;
}

/**
 * One scheduling profile: filters in their order, each seeing what the one before left; the weighted sum of the scores, each
 * cut to 0..1 before the weight; the pick. Source: EPP/scheduling/scheduler_profile.go, weighted_scorer.go of llm-d-router at
 * ebab6879. Sums are not divided by the weights; NaN passes the cut.
 */
export class SchedulingProfile {
  readonly name: string;
  private readonly filters: readonly Filter[];
  private readonly scorers: readonly WeightedScorer[];
  private readonly picker: Picker;
  private scores = new Float64Array(64);
  private totals = new Float64Array(64);

  constructor(name: string, filters: readonly Filter[], scorers: readonly WeightedScorer[], picker: Picker) {
    this.name = name;
    this.filters = filters;
    this.scorers = scorers;
    this.picker = picker;
  }

  /** A result without targets when the filters leave nobody. */
  run(state: RequestState, now: Seconds, options: CycleOptions): ProfileResult {
    const explain = options.explain === true;
    let endpoints = state.candidates;
    const kept: { plugin: string; kept: readonly Endpoint[] }[] = [];
    for (let i = 0; i < this.filters.length && (i === 0 || endpoints.length > 0); i++) {
      const filter = this.filters[i];
      if (filter === undefined) continue;
      endpoints = filter.filter(state, endpoints, now);
      if (explain) kept.push({ plugin: filter.name, kept: endpoints });
    }
    if (endpoints.length === 0) return this.nobody(state, kept, explain);
    const rawScores = this.score(state, endpoints, now, explain);
    const targets = this.pick(state, endpoints, options);
    if (!explain) return { name: this.name, targets };
    const totals = [...this.totals.subarray(0, endpoints.length)];
    const highest = Math.max(...totals);
    const best = endpoints.filter((_, i) => totals[i] === highest);
    return {
      name: this.name,
      targets,
      reasons: { candidates: state.candidates, filters: kept, scorers: rawScores, endpoints, totals, best },
    };
  }

  /** Fills this.totals; returns the raw scores if they are wanted. */
  private score(
    state: RequestState,
    endpoints: readonly Endpoint[],
    now: Seconds,
    explain: boolean,
  ): ProfileReasons['scorers'] {
    const count = endpoints.length;
    if (count > this.scores.length) {
      this.scores = new Float64Array(count * 2);
      this.totals = new Float64Array(count * 2);
    }
    const { scores, totals } = this;
    totals.fill(0, 0, count);
    const raw: { plugin: string; weight: number; scores: number[] }[] = [];
    for (const { scorer, weight } of this.scorers) {
      scorer.score(state, endpoints, scores, now);
      if (explain) raw.push({ plugin: scorer.name, weight, scores: [...scores.subarray(0, count)] });
      for (let i = 0; i < count; i++) {
        const score = scores[i] ?? 0;
        totals[i] = (totals[i] ?? 0) + (score < 0 ? 0 : score > 1 ? 1 : score) * weight;
      }
    }
    return raw;
  }

  private pick(state: RequestState, endpoints: readonly Endpoint[], { replay }: CycleOptions): Target[] {
    const ids = replay?.(this.name);
    if (ids === undefined) {
      return this.picker.pick(endpoints, this.totals).map((position) => {
        const endpoint = endpoints[position];
        invariant(endpoint !== undefined, 'a picker names places in its list', { position });
        return targetOf(endpoint);
      });
    }
    return ids
      .map((id) => state.candidates.find((endpoint) => endpoint.id === id))
      .filter((endpoint) => endpoint !== undefined)
      .map(targetOf);
  }

  private nobody(state: RequestState, kept: ProfileReasons['filters'], explain: boolean): ProfileResult {
    const result: ProfileResult = {
      name: this.name,
      targets: [],
      error: rejection(
        'ResourceExhausted',
        `no endpoint is left after the filters of profile ${this.name}`,
        'rejected-saturated',
      ),
    };
    if (!explain) return result;
    return {
      ...result,
      reasons: {
        candidates: state.candidates,
        filters: kept,
        scorers: [],
        endpoints: [],
        totals: [],
        best: [],
      },
    };
  }
}

function targetOf(endpoint: Endpoint): Target {
  return { endpoint, port: endpoint.port, rewritten: false };
}
