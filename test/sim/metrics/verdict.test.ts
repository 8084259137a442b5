import { describe, expect, it } from 'vitest';

import { VERDICT_INTERVALS, verdictOf, type Stability } from '../../../sim/metrics/verdict.ts';

const samples = (value: (k: number) => number): number[] =>
  Array.from({ length: VERDICT_INTERVALS + 1 }, (_, k) => value(k));

/** 200 s that serve 1,000 tokens a second with nothing left waiting. */
const calm: Stability = {
  seconds: 200,
  work: samples((k) => 500 + 100 * (k % 3)),
  served: samples((k) => 1000 * k),
  waiting: [[samples(() => 0)]],
  rejected: [Array.from({ length: VERDICT_INTERVALS }, () => 0)],
  closedLoop: false,
  seed: 1,
};

const growing = samples((k) => 200 * k + 50 * (k % 7));

describe('verdictOf', () => {
  it('calls a fleet that keeps up stable', () => {
    expect(verdictOf(calm)).toBe('stable');
  });

  it('calls a fleet unstable when its work grows beyond ten seconds of service', () => {
    expect(verdictOf({ ...calm, work: growing })).toBe('unstable');
  });

  it('does not take a backlog that grows but is small, or one that is large but shrinks, for instability', () => {
    expect(verdictOf({ ...calm, work: samples((k) => 40 * k) })).toBe('stable');
    expect(verdictOf({ ...calm, work: samples((k) => 200_000 - 100 * k) })).toBe('stable');
  });

  it('calls a pool that turns requests away in nine tenths of the last half unstable', () => {
    const rejected = [Array.from({ length: VERDICT_INTERVALS }, (_, k) => (k % 10 === 0 ? 0 : 3))];
    expect(verdictOf({ ...calm, rejected })).toBe('unstable');
    const fewer = [Array.from({ length: VERDICT_INTERVALS }, (_, k) => (k % 5 === 0 ? 0 : 3))];
    expect(verdictOf({ ...calm, rejected: fewer })).toBe('stable');
  });

  it('calls a pool saturated when most samples of the last half find a request that could not be admitted', () => {
    const waiting = [[samples((k) => (k % 3 === 0 ? 0 : 2))]];
    expect(verdictOf({ ...calm, waiting })).toBe('saturated');
    const early = [[samples((k) => (k < 100 ? 5 : 0))]];
    expect(verdictOf({ ...calm, waiting: early })).toBe('stable');
  });

  it('never calls a closed loop unstable: its clients wait', () => {
    expect(verdictOf({ ...calm, work: growing, closedLoop: true })).toBe('stable');
  });
});
