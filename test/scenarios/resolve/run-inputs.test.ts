import { describe, expect, it } from 'vitest';

import { formatProblem } from '../../../base/user-error.ts';
import { loadScenario } from '../../../scenarios/load/load-scenario.ts';
import { resolveScenario } from '../../../scenarios/resolve/resolve-scenario.ts';
import { runInputs } from '../../../scenarios/resolve/run-inputs.ts';
import { workloadOf } from '../../../scenarios/resolve/workload-of.ts';
import { problemsOf, resourcesOf, SMALL_SCENARIO } from '../../support/scenario-text.ts';

describe('run inputs', () => {
  const resources = resourcesOf();
  const loaded = loadScenario({ file: 's.yaml', text: SMALL_SCENARIO }, [], resources);
  const scenario = resolveScenario(loaded, resources);

  it('are one per policy and seed, on the same workload', () => {
    const opened = workloadOf(loaded, resources);
    const inputs = runInputs(scenario, opened, { seeds: [1, 2] });
    expect(inputs.map(({ policy, seed }) => [policy, seed])).toEqual([
      ['round-robin', 1],
      ['round-robin', 2],
      ['least-request', 1],
      ['least-request', 2],
    ]);
    expect(new Set(inputs.map(({ workload }) => workload)).size).toBe(1);
    expect(
      runInputs(scenario, opened, { seeds: [1], policies: ['least-request'] }).map(({ policy }) => policy),
    ).toEqual(['least-request']);
  });

  it('play the first requests only when asked to', () => {
    const source = workloadOf(loaded, resources, 7).workload.open(1);
    let count = 0;
    while (source.next() !== undefined) count++;
    expect(count).toBe(7);
  });

  it('name the policies that there are', () => {
    expect(
      problemsOf(() =>
        runInputs(scenario, workloadOf(loaded, resources), { seeds: [1], policies: ['round-robbin'] }),
      ),
    ).toEqual([
      expect.objectContaining({ hint: 'did you mean "round-robin"? policies: round-robin, least-request' }),
    ]);
  });

  it('refuse a load that does not go with the workload, at its place', () => {
    const without = loadScenario(
      { file: 's.yaml', text: SMALL_SCENARIO.replace('rate: 2, ', '') },
      [],
      resources,
    );
    expect(problemsOf(() => workloadOf(without, resources)).map(formatProblem)).toEqual([
      expect.stringMatching(/^error\[E_LOAD_TIMES\]: s\.yaml:13:5 spec\.workload: rate_scale plays/),
    ]);
  });
});
