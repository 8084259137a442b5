import { describe, expect, it } from 'vitest';

import { parseLabelSelector } from '../../../scheduler/plugins/label-selector.ts';
import { configText, picked, world } from '../support/world.ts';

const REVISION = 'disaggregatedset.x-k8s.io/revision';
const ROLE = 'disaggregatedset.x-k8s.io/role';

const text = (gating: string): string =>
  configText(
    `- type: disaggregatedset-rollout-screener
  parameters: {scope: {labelSelector: "set=mine"}, revisionGating: ${gating}}
- {type: random-picker}`,
    '  - {pluginRef: random-picker}',
  );

const pods = (revision: string, prefill: number, decode: number) => [
  ...Array.from({ length: prefill }, () => ({ set: 'mine', [REVISION]: revision, [ROLE]: 'prefill' })),
  ...Array.from({ length: decode }, () => ({ set: 'mine', [REVISION]: revision, [ROLE]: 'decode' })),
];

/** Between rollouts: A has 2 + 9 endpoints, B 1 + 1, C no decode; another set is not counted. */
const LABELS = [
  ...pods('A', 2, 9),
  ...pods('B', 1, 1),
  ...pods('C', 3, 0),
  ...pods('D', 5, 5).map((labels) => ({ ...labels, set: 'other' })),
];

const fleet = (gating: string) => world(text(gating), LABELS.length, {}, LABELS);
const BOTH = 'requiredRoles: [prefill, decode]';

describe('disaggregatedset-rollout-screener', () => {
  it.each([
    ['sum', 11 / 13],
    ['max-role', 9 / 10],
  ])('draws a complete revision: %s', (mode, share) => {
    const w = fleet(`{mode: ${mode}, ${BOTH}}`);
    const draws = 4000;
    const counts = new Map<string, number>();
    for (let i = 0; i < draws; i++) {
      const { candidates } = w.decide();
      const revisions = new Set(candidates.map(({ labels }) => labels.get(REVISION)));
      expect(revisions.size).toBe(1);
      const [revision = ''] = revisions;
      counts.set(revision, (counts.get(revision) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(['A', 'B']);
    const error = Math.sqrt((share * (1 - share)) / draws);
    expect(Math.abs((counts.get('A') ?? 0) / draws - share)).toBeLessThan(4 * error);
  });

  it('keeps to the revision that the request names, or turns it away', () => {
    const w = fleet(`{mode: sum, ${BOTH}}`);
    const asking = (revision: string) => ({ headers: { 'x-llm-d-disagg-revision': revision } });
    expect(w.decide(asking('B')).candidates.map(({ id }) => id)).toEqual(['ns/p11', 'ns/p12']);
    expect(() => w.decide(asking('C'))).toThrow(/no endpoint/);
    expect(() => w.decide(asking('D'))).toThrow(/no endpoint/);
  });

  it('follows endpoints that come and go', () => {
    const w = fleet(`{mode: sum, ${BOTH}}`);
    w.picker.observeMembership({ removed: ['ns/p0', 'ns/p1'] }, 0);
    for (let i = 0; i < 20; i++) expect(['ns/p11', 'ns/p12']).toContain(picked(w.decide()));
  });

  it('can leave the choice to the header alone', () => {
    const w = fleet('{mode: disabled, revisionHeaderName: X-Rev}');
    expect(w.decide().candidates).toHaveLength(LABELS.length);
    expect(w.decide({ headers: { 'x-rev': 'C' } }).candidates).toHaveLength(3);
  });

  it('names the revision in the answer', () => {
    const w = fleet(`{mode: sum, ${BOTH}}`);
    const state = w.send({ headers: { 'x-llm-d-disagg-revision': 'B' } });
    expect([...w.picker.firstChunk(state, 1)]).toEqual([['x-llm-d-disagg-revision', 'B']]);
  });

  it.each([
    ['{mode: sum}', /requiredRoles/],
    ['{mode: sum, requiredRoles: [a, a]}', /requiredRoles/],
    ['{mode: maximum}', /mode/],
  ])('refuses %s', (gating, message) => {
    expect(() => fleet(gating)).toThrow(message);
  });
});

describe('label selectors as text', () => {
  it.each([
    ['a=b', [{ key: 'a', operator: 'In', values: ['b'] }]],
    [
      'a == b , !x.y/c',
      [
        { key: 'a', operator: 'In', values: ['b'] },
        { key: 'x.y/c', operator: 'DoesNotExist', values: [] },
      ],
    ],
    [
      'a != b,c',
      [
        { key: 'a', operator: 'NotIn', values: ['b'] },
        { key: 'c', operator: 'Exists', values: [] },
      ],
    ],
    [
      'a in (b, c),d notin (e)',
      [
        { key: 'a', operator: 'In', values: ['b', 'c'] },
        { key: 'd', operator: 'NotIn', values: ['e'] },
      ],
    ],
    ['a>3', [{ key: 'a', operator: 'Gt', values: ['3'] }]],
    ['a in b', undefined],
    ['=b', undefined],
    ['a=-b', undefined],
    ['a,,b', undefined],
  ])('%s', (selector, requirements) => {
    expect(parseLabelSelector(selector)).toEqual(requirements);
  });
});
