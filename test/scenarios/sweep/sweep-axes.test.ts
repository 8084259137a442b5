import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { formatProblem } from '../../../base/user-error.ts';
import { loadScenario } from '../../../scenarios/load/load-scenario.ts';
import { cellProblems } from '../../../scenarios/sweep/cell-problems.ts';
import { loadAxisOf } from '../../../scenarios/sweep/load-axis.ts';
import { nextValue } from '../../../scenarios/sweep/next-value.ts';
import { rangeGrid } from '../../../scenarios/sweep/range-grid.ts';
import { sweepAxes } from '../../../scenarios/sweep/sweep-axes.ts';
import { cellsOf, type SweepAxis } from '../../../scenarios/sweep/sweep-axis.ts';
import { problemsOf, resourcesOf, SMALL_SCENARIO } from '../../support/scenario-text.ts';

const SWEPT = `${SMALL_SCENARIO}  sweep:
    - name: size
      points:
        - { "spec.fleet.pools[0].replicas": 2, "spec.fleet.pools[0].tensor_parallel_size": 2 }
        - { "spec.fleet.pools[0].replicas": 4, "spec.fleet.pools[0].tensor_parallel_size": 1 }
`;
const RATE = 'spec.workload.load.rate_scale';

function axesOf(text: string, ...options: string[]): readonly SweepAxis[] {
  return sweepAxes(loadScenario({ file: 's.yaml', text }, [], resourcesOf()), options);
}

function changesOf(axes: readonly SweepAxis[]) {
  return cellsOf(axes).map((cell) => cell.map(({ changes }) => changes));
}

function refusals(text: string, ...options: string[]): string[] {
  return problemsOf(() => axesOf(text, ...options)).map((problem) => formatProblem(problem));
}

describe('the axes of a sweep', () => {
  it('are none when nothing is swept', () => {
    expect(axesOf(SMALL_SCENARIO)).toEqual([]);
    expect(axesOf(`${SMALL_SCENARIO}  sweep: []\n`)).toEqual([]);
  });

  it('are those of the scenario, then those of the command line; their product is played', () => {
    const axes = axesOf(SWEPT, `${RATE}=1,2`);
    expect(axes.map(({ name }) => name)).toEqual(['size', RATE]);
    expect(
      changesOf(axes).map(([size, rate]) => [size?.['spec.fleet.pools[0].replicas'], rate?.[RATE]]),
    ).toEqual([
      [2, 1],
      [2, 2],
      [4, 1],
      [4, 2],
    ]);
  });

  it('hold values as YAML writes them', () => {
    const [axis] = axesOf(SMALL_SCENARIO, 'spec.workload.client.timeout=10s, "1m" ,{a: 1}');
    expect(axis?.points.map(({ changes }) => Object.values(changes)[0])).toEqual(['10s', '1m', { a: 1 }]);
  });

  it('find the load: a number below the workload, a range before a list', () => {
    expect(loadAxisOf(axesOf(SWEPT))).toBeUndefined();
    expect(loadAxisOf(axesOf(SWEPT, `${RATE}=1,2`))).toBe(1);
    expect(
      loadAxisOf(
        axesOf(SMALL_SCENARIO, 'spec.workload.random.rate=1,2', 'spec.workload.random.output_len=1..9'),
      ),
    ).toBe(1);
  });

  it.each([
    ['foo', 'is neither PATH=V1,V2 nor PATH=A..B'],
    [`${RATE}=`, 'is neither PATH=V1,V2 nor PATH=A..B'],
    ['spec.sweep=1', 'is not a path that a sweep can change'],
    ['metadata.name=a,b', 'is not a path that a sweep can change'],
    [`${RATE}=2..1`, 'is not a range'],
    ['spec.slo.ttft=1s..2s', 'is not a range'],
    [`${RATE}=[1`, 'is not a list of YAML values'],
    ['spec.fleet.pools[0].replicas=1,2', 'is moved by another axis as well'],
  ])('refuse --sweep %s', (option, message) => {
    const [text = ''] = refusals(SWEPT, option);
    expect(text).toContain(`error[E_SWEEP]: --sweep ${option}`);
    expect(text).toContain(message);
    expect(text).toMatch(/\n {2}hint: ./);
  });

  it('refuse a second range', () => {
    expect(refusals(SMALL_SCENARIO, `${RATE}=1..2`, 'spec.fleet.pools[0].replicas=1..2')[0]).toMatch(
      /there is a range already/,
    );
  });

  it('are refused in the scenario where they are written', () => {
    const refused = (text: string): string[] =>
      problemsOf(() => loadScenario({ file: 's.yaml', text }, [], resourcesOf())).map(
        ({ at, message }) => `${at?.line}:${at?.column} ${message}`,
      );
    const twice = `${SWEPT}    - { name: size, points: [{ "spec.fleet.pools[0].replicas": 3, nope: 1 }, {}] }\n`;
    expect(refused(twice)).toEqual([
      '22:15 spec.sweep[1].name must be unique: "size" is taken',
      '22:32 spec.sweep[1].points[0]: "spec.fleet.pools[0].replicas" is moved by two axes',
      '22:67 spec.sweep[1].points[0]: "nope" is not a path that a sweep can change',
      '22:78 spec.sweep[1].points[1] changes nothing',
    ]);
  });
});

describe('the points of a sweep', () => {
  const check = (text: string, ...options: string[]) => {
    const resources = resourcesOf();
    return cellProblems({ file: 's.yaml', text }, [], cellsOf(axesOf(text, ...options)), resources).map(
      ({ at, message }) => `${at?.file}:${at?.line ?? ''}:${at?.column ?? ''} ${message}`,
    );
  };

  it('are right as they stand', () => {
    expect(check(SWEPT, `${RATE}=1..2`)).toEqual([]);
  });

  it('are checked before anything is played, each mistake once and where it is written', () => {
    const text = SWEPT.replace('"spec.fleet.pools[0].replicas": 4', '"spec.fleet.pools[0].replicas": 0');
    expect(check(text, `${RATE}=1,-1`)).toEqual([
      's.yaml:21:45 spec.fleet.pools[0].replicas must be at least 1',
      expect.stringMatching(/^--sweep .*:: spec\.workload\.load\.rate_scale must be more than 0$/),
    ]);
    expect(check(SMALL_SCENARIO, 'spec.fleet.pools[7].replicas=1')).toEqual([
      expect.stringMatching(/the scenario has nothing at this path/),
    ]);
  });
});

describe('a range', () => {
  it('has a grid that people would choose', () => {
    expect(rangeGrid(0.5, 2, false)).toEqual([0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]);
    expect(rangeGrid(1, 64, false)).toEqual([1, 2, 4, 8, 16, 32, 64]);
    expect(rangeGrid(2, 5, true)).toEqual([2, 3, 4, 5]);
  });

  it('takes whole numbers alone where the scenario does', () => {
    const [whole] = axesOf(SMALL_SCENARIO, 'spec.fleet.pools[0].replicas=1..3');
    const [any] = axesOf(SMALL_SCENARIO, `${RATE}=1..3`);
    expect([whole?.range?.whole, any?.range?.whole]).toEqual([true, false]);
    expect(whole?.points.map(({ changes }) => Object.values(changes)[0])).toEqual([1, 2, 3]);
  });

  it('is halved until the limit is known to 1 %, wherever that is, without leaving the range', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 1e4, noNaN: true }),
        fc.double({ min: 1.001, max: 100, noNaN: true }),
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        fc.boolean(),
        (low, factor, share, whole) => {
          const from = whole ? Math.ceil(low) : low;
          const to = whole ? from + Math.ceil(low * factor) : low * factor;
          const limit = from + share * (to - from);
          let bracket = { value: from, missesFrom: to };
          for (let step = 0; ; step++) {
            const next = nextValue(bracket, whole);
            if (next === undefined) break;
            expect(step).toBeLessThan(60);
            expect(next > bracket.value && next < bracket.missesFrom).toBe(true);
            bracket = next <= limit ? { ...bracket, value: next } : { ...bracket, missesFrom: next };
          }
          expect(bracket.value).toBeLessThanOrEqual(limit);
          expect(bracket.missesFrom).toBeGreaterThan(limit);
          expect(bracket.missesFrom - bracket.value).toBeLessThanOrEqual(
            whole ? 1 : 0.01 * bracket.missesFrom,
          );
        },
      ),
    );
  });

  it('is not searched when its limit lies outside', () => {
    expect(nextValue({ value: 2, missesFrom: undefined }, false)).toBeUndefined();
    expect(nextValue({ value: undefined, missesFrom: 1 }, false)).toBeUndefined();
  });
});
