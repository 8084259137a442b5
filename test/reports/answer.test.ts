import { describe, expect, it } from 'vitest';

import { answerOf } from '../../reports/answer.ts';
import { madeReport, type MadePolicy } from '../support/made-report.ts';

const answer = (policies: readonly MadePolicy[], options = {}) =>
  answerOf(madeReport(policies, options).report);

describe('the answer', () => {
  it('names the better policy, by how much, and the interval', () => {
    const { sentence } = answer([{ policy: 'round-robin', queue: 1.2 }, { policy: 'llm-d' }]);
    expect(sentence).toMatch(
      /^llm-d is better than round-robin: P90 TTFT [\d,]+ ms instead of [\d,]+ ms, [\d.]+ % lower \(95 % interval -[\d,]+ to -[\d,]+ ms\)/,
    );
  });

  it('says so when round-robin wins', () => {
    const { sentence } = answer([{ policy: 'round-robin' }, { policy: 'llm-d', queue: 0.9 }]);
    expect(sentence).toMatch(/^round-robin is better than llm-d: P90 TTFT .* lower \(95 % interval -/);
  });

  it('says so when it is too close to call', () => {
    const { sentence } = answer([{ policy: 'round-robin' }, { policy: 'llm-d', queue: 0.2001 }]);
    expect(sentence).toMatch(
      /^round-robin and llm-d are too close to call: P90 TTFT .* \(95 % interval of the difference/,
    );
  });

  it('prefers a policy that keeps up, and shows no figure of one that does not', () => {
    const { report } = madeReport([
      { policy: 'round-robin', verdict: 'unstable', queue: 47 },
      { policy: 'llm-d' },
    ]);
    const { sentence } = answerOf(report);
    expect(sentence).toMatch(
      /^llm-d is better than round-robin: it keeps up with this load \(P90 TTFT \d+ ms\), round-robin does not \(unstable\)/,
    );
    expect(sentence).not.toMatch(/\d s\b/);
    const turned = answer([{ policy: 'round-robin' }, { policy: 'llm-d', verdict: 'unstable' }]).sentence;
    expect(turned).toMatch(/^round-robin is better than llm-d: it keeps up .* llm-d does not/);
  });

  it('compares nothing when nobody keeps up', () => {
    const { sentence, next } = answer([
      { policy: 'round-robin', verdict: 'unstable', queue: 47 },
      { policy: 'llm-d', verdict: 'unstable', queue: 47 },
    ]);
    expect(sentence).toBe(
      'Neither round-robin nor llm-d keeps up with this load: both are unstable, so there is no steady TTFT or E2E to compare.',
    );
    expect(next).toMatch(/^add replicas or send less.*--set spec\.fleet\.pools\[0\]\.replicas=6\)$/);
  });

  it('looks at the clients where nothing waits on the replicas of a fleet that does not keep up', () => {
    const { next } = answer([{ policy: 'round-robin', verdict: 'unstable' }]);
    expect(next).toMatch(/^let clients keep more in flight \(spec\.workload\.client\.max_in_flight\)/);
  });

  it('does not call it keeping up when many requests are lost', () => {
    expect(answer([{ policy: 'round-robin', rejectEvery: 5 }]).sentence).toMatch(
      /^round-robin serves only 80\.0 % of the requests that are sent: P90 TTFT/,
    );
    expect(answer([{ policy: 'round-robin', rejectEvery: 20 }]).sentence).toMatch(
      /^round-robin keeps up with this load: P90 TTFT/,
    );
  });

  it('says how many requests were rejected and what share of the input tokens they hold', () => {
    const everywhere = answer([
      { policy: 'round-robin', rejectEvery: 10 },
      { policy: 'llm-d', rejectEvery: 10, queue: 0.05 },
    ]);
    expect(everywhere.sentence).toMatch(
      /; 120 of 1,200 requests \([\d.]+ % of the input tokens\) were rejected under every policy\.$/,
    );
    expect(everywhere.next).toMatch(/rejected and why/);
    const one = answer([{ policy: 'round-robin' }, { policy: 'llm-d', rejectEvery: 10 }]).sentence;
    expect(one).toMatch(
      /; 120 of 1,200 requests \([\d.]+ % of the input tokens\) were rejected under llm-d\.$/,
    );
  });

  it('gives no confidence that it does not have', () => {
    const policies = [{ policy: 'round-robin' }, { policy: 'llm-d', queue: 0.9 }];
    const { sentence, next } = answer(policies, { minutes: 12 });
    expect(sentence).toMatch(
      /^round-robin looks better than llm-d \(P90 TTFT .*\), but 12 blocks of requests are too little data/,
    );
    expect(sentence).not.toMatch(/95 %/);
    expect(next).toMatch(/^play more of the workload: .* there were 12$/);
  });

  it('names what the winner loses, and lets P90 E2E weigh TTFT against TPOT', () => {
    const { sentence } = answer([
      { policy: 'round-robin', queue: 2, tpot: 0.02 },
      { policy: 'llm-d', queue: 0.1, tpot: 0.021 },
    ]);
    expect(sentence).toMatch(/^llm-d is better than round-robin: .*, though P90 TPOT is 5\.0 % higher/);
    const mixed = answer([
      { policy: 'round-robin', queue: 0.4, tpot: 0.02 },
      { policy: 'llm-d', queue: 0.1, tpot: 0.0204 },
    ]).sentence;
    expect(mixed).toMatch(
      /^Neither round-robin nor llm-d is simply better: llm-d has the lower P90 TTFT .*, round-robin has the lower P90 TPOT/,
    );
  });

  it('says who meets the SLO', () => {
    const both = [{ policy: 'round-robin', queue: 1.5 }, { policy: 'llm-d' }];
    expect(answer(both, { attainment: 0.9 }).sentence).toMatch(/; only llm-d meets the SLO\.$/);
    expect(answer(both, { attainment: 0.1 }).sentence).toMatch(/; both meet the SLO\.$/);
    expect(answer(both.slice(0, 1), { attainment: 0.9 }).sentence).toMatch(/; it misses the SLO\.$/);
  });

  it('finds the best of many, and how far the next one is', () => {
    const { sentence } = answer([
      { policy: 'round-robin', queue: 1 },
      { policy: 'random', queue: 1.4 },
      { policy: 'least-request', queue: 0.4 },
      { policy: 'llm-d', queue: 0.2 },
    ]);
    expect(sentence).toMatch(
      /^llm-d is the best of 4 policies: P90 TTFT .*; the next is least-request \(P90 TTFT /,
    );
  });

  it('describes a policy that is alone', () => {
    expect(answer([{ policy: 'llm-d' }]).sentence).toMatch(
      /^llm-d keeps up with this load: P90 TTFT \d+ ms, P90 E2E /,
    );
  });
});

describe('what to try next', () => {
  const next = (policy: Partial<MadePolicy>, other: Partial<MadePolicy> = { queue: 3 }) =>
    answer([
      { policy: 'round-robin', ...other },
      { policy: 'llm-d', ...policy },
    ]).next;

  it('follows the queue: more replicas where the load is even, better spreading where it is not', () => {
    expect(next({ queue: 1 })).toMatch(
      /^add replicas: requests of llm-d spend \d+\.\d % of their mean TTFT in a queue/,
    );
    expect(next({ queue: 1, imbalance: 1.6 })).toMatch(
      /^spread the load better: .* runs 1\.60 times the mean/,
    );
    expect(next({ queue: 1, meanKvShare: 0.95 })).toMatch(/^give the KV cache more room: .* fills 95\.0 %/);
  });

  it('follows the prefix cache: the other policy hits more, or nobody hits', () => {
    const rival = { queue: 3, hitRate: 0.6, imbalance: 2 };
    expect(next({}, rival)).toMatch(
      /^combine both: llm-d finds only 30\.0 % .* round-robin finds 60\.0 %.* 2\.00 times/,
    );
    expect(next({ hitRate: 0.1 }, { queue: 3, hitRate: 0.1 })).toMatch(/^shorten the prefill.*only 10\.0 %/);
  });

  it('follows idleness, and else asks for more load', () => {
    expect(next({ busyShare: 0.3, hitRate: 0.5 })).toMatch(
      /^try fewer replicas: h100 works only 30\.0 %.*replicas=3\)$/,
    );
    expect(next({ hitRate: 0.5 })).toMatch(/^find the load at which it breaks/);
    expect(next({ hitRate: 0.5 }, { hitRate: 0.5 })).toMatch(/^raise the load, where policies differ more/);
  });
});
