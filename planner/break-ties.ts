import { invariant } from '../base/invariant.ts';
import { HEADROOM_LOADS } from './headroom-loads.ts';
import type { FleetRun, Ledger } from './ledger.ts';
import type { Trial } from './search.ts';

/** A fleet that costs what the answer costs and keeps its promise as well. */
export interface Tie extends Trial {
  /** Why the answer comes before it. */
  readonly reason: string;
}

export interface TiesToBreak {
  readonly best: Trial;
  /** Of the same price. */
  readonly others: readonly Trial[];
  /** The cases of a fleet, the peak first. */
  readonly runsOf: (trial: Trial) => readonly FleetRun[];
  readonly scalable: boolean;
  readonly ledger: Ledger;
}

export interface BrokenTies {
  readonly best: Trial;
  /** The better forecast first. */
  readonly ties: readonly Tie[];
  /** Those that do not keep their promise. */
  readonly misses: readonly Trial[];
}

/**
 * Simulates all fleets of one price and puts the best forecast first: by attainment at the peak, to a tenth of a
 * point; then by how much more load it carries; then by TTFT P90. What is equal in all of that keeps its order.
 */
export async function breakTies(input: TiesToBreak): Promise<BrokenTies> {
  const { best, others, runsOf, scalable, ledger } = input;
  const whole = (trial: Trial): FleetRun[] => runsOf(trial).map((run) => ({ ...run, whole: true }));
  // Of the others only those that keep their promise are rated, and those are played to their end anyway.
  await ledger.all([...whole(best).slice(0, 1), ...others.flatMap((trial) => runsOf(trial).slice(0, 1))]);
  const keeping = [best];
  const misses: Trial[] = [];
  for (const trial of others) {
    ((await ledger.keeps(runsOf(trial))) ? keeping : misses).push(trial);
  }
  const grid = (trial: Trial): FleetRun[] =>
    runsOf(trial)
      .slice(0, scalable && keeping.length > 1 ? 1 : 0)
      .flatMap((run) => HEADROOM_LOADS.map((factor) => ({ ...run, load: run.load * factor })));
  await ledger.all(keeping.flatMap(grid));
  const rated = keeping.map((trial): Rated & { readonly trial: Trial } => {
    const [peak] = whole(trial);
    const entry = peak && ledger.find(peak)?.entry;
    const carried = grid(trial).findIndex((run) => ledger.find(run)?.outcome !== 'meets');
    return {
      trial,
      attainment: Math.round(1000 * (entry?.goodput?.attainment ?? 0)),
      carries: [1, ...HEADROOM_LOADS].at(carried) ?? 1,
      ttftP90: entry?.ttft.p90 ?? Infinity,
    };
  });
  rated.sort((a, b) => b.attainment - a.attainment || b.carries - a.carries || a.ttftP90 - b.ttftP90);
  const [first, ...behind] = rated;
  invariant(first !== undefined, 'the cheapest fleet is rated');
  return {
    best: first.trial,
    ties: behind.map((other) => ({
      ...other.trial,
      reason: `it costs the same${behindIn(other, first)}`,
    })),
    misses,
  };
}

interface Rated {
  /** In tenths of a percent. */
  readonly attainment: number;
  /** Multiple of the peak load. */
  readonly carries: number;
  readonly ttftP90: number;
}

function behindIn(other: Rated, first: Rated): string {
  if (other.attainment < first.attainment) {
    const percent = (tenths: number): string => `${(tenths / 10).toFixed(1)} %`;
    return `, but attains ${percent(other.attainment)} instead of ${percent(first.attainment)} at the peak`;
  }
  if (other.carries < first.carries) {
    return `, but carries ${other.carries} times the peak load, not ${first.carries} times`;
  }
  if (other.ttftP90 > first.ttftP90) {
    const ms = (seconds: number): string => `${Number((1000 * seconds).toPrecision(3))} ms`;
    return `, but has a P90 TTFT of ${ms(other.ttftP90)} instead of ${ms(first.ttftP90)} at the peak`;
  }
  return ' and forecasts the same';
}
