import { describe, expect, it } from 'vitest';

import { coldPass } from '../../bench/cold-pass.ts';
import { loadInput } from '../../bench/load-input.ts';
import { measurePasses, median } from '../../bench/measure-passes.ts';
import { plateauOf } from '../../bench/plateau.ts';
import { measureDecisions } from '../../bench/scheduler-decision.ts';
import { chosen, WORKLOADS, type BenchWorkload } from '../../bench/workload-list.ts';

/** A second per call: a pass takes one, however long it takes. */
function steppingWatch() {
  let seconds = 0;
  return { now: () => seconds++, cpu: () => 0 };
}

function named(name: string): BenchWorkload {
  const [found] = chosen([name], true);
  if (found === undefined) throw new Error(`there is a workload ${name}`);
  return found;
}

/** So few requests that a test can play them. */
function few(workload: BenchWorkload, requests: number): BenchWorkload {
  const set =
    workload.scenario === 'shared-prefixes.yaml'
      ? `spec.workload.load.stages[0].duration=${requests / 50}s`
      : `spec.workload.random.requests=${requests}`;
  return { ...workload, sets: [...workload.sets, set] };
}

describe('workloads', () => {
  const generated = WORKLOADS.filter(({ trace }) => trace === undefined);

  it.each(generated)('$name plays to the end', (workload) => {
    const cold = coldPass(loadInput(few(workload, 50)), steppingWatch().now);
    expect(cold.requests).toBeGreaterThanOrEqual(50);
    expect(cold.seconds).toBe(1);
    expect(cold.steps).toBeGreaterThan(0);
    expect(cold.steps).toBeGreaterThanOrEqual(cold.leapt);
    expect(cold.events).toBeGreaterThan(cold.requests);
  });

  it('are played at equal load per replica, whatever their number', () => {
    const rates = ['replicas-8', 'replicas-512'].map((name) => {
      const input = loadInput(few(named(`${name}/round-robin`), 2000));
      const { lastArrival = NaN } = input.workload.open(1);
      return 2000 / lastArrival / (input.pools[0]?.replicas ?? NaN);
    });
    expect(rates[1]).toBeCloseTo(rates[0] ?? NaN, 9);
  });

  it('have names of their own, and are chosen by them or by what stands before the slash', () => {
    expect(new Set(WORKLOADS.map(({ name }) => name)).size).toBe(WORKLOADS.length);
    expect(chosen(['mooncake'], false).map(({ policy }) => policy)).toEqual(['round-robin', 'llm-d-default']);
    expect(chosen(['million/round-robin'], false)).toHaveLength(1);
    expect(chosen([], false).some(({ large }) => large)).toBe(false);
    expect(chosen([], true)).toHaveLength(WORKLOADS.length);
  });
});

describe('measuring', () => {
  it('counts the same in every pass and process, and times each timed pass alone', () => {
    const input = loadInput(few(named('decode-heavy'), 40));
    let collected = 0;
    const warm = measurePasses(input, 3, steppingWatch(), () => collected++);
    const cold = coldPass(input, steppingWatch().now);
    const { requests, events, steps, leapt } = warm;
    expect(warm.seconds).toEqual([1, 1, 1]);
    expect(collected).toBe(4);
    expect({ requests, events, steps, leapt }).toMatchObject({ requests: 40 });
    expect(cold).toMatchObject({ requests, events, steps, leapt });
    // Long answers in small batches: nearly all steps are alike.
    expect(leapt / steps).toBeGreaterThan(0.5);
  });

  it('takes the middle of the passes', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });

  it('takes the highest throughput of all numbers of clients for the plateau', () => {
    const plateau = plateauOf(few(named('decode-heavy'), 400), [1, 16]);
    const [one, many] = plateau.points.map((point) => point.requestsPerSecond);
    expect(plateau.points.map(({ concurrency }) => concurrency)).toEqual([8, 128]);
    expect(many).toBeGreaterThan(one ?? NaN);
    expect(plateau.requestsPerSecond).toBe(many);
    expect(plateau.seventyPercent).toBeCloseTo(0.7 * (many ?? NaN), 1);
  });

  it('lets every endpoint hold the whole prompt before it decides', () => {
    const times = measureDecisions({ endpoints: 5, promptTokens: 6400, decisions: 4 }, steppingWatch().now);
    expect(times).toHaveLength(12);
    for (const { name, matchedBlocks, microseconds } of times) {
      expect(matchedBlocks).toBe(name.startsWith('llm-d precise, ') && !name.includes('64') ? 400 : 100);
      expect(microseconds).toBe(1e6);
    }
  });
});
