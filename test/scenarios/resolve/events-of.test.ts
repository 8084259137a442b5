import { describe, expect, it } from 'vitest';

import { formatProblem } from '../../../base/user-error.ts';
import { loadScenario } from '../../../scenarios/load/load-scenario.ts';
import { resolveScenario } from '../../../scenarios/resolve/resolve-scenario.ts';
import { runInputs } from '../../../scenarios/resolve/run-inputs.ts';
import { scenarioYaml } from '../../../scenarios/resolve/scenario-yaml.ts';
import { workloadOf } from '../../../scenarios/resolve/workload-of.ts';
import { simulate } from '../../../sim/fleet/simulate.ts';
import { BLACK_BOX_SCENARIO, problemsOf, resourcesOf } from '../../support/scenario-text.ts';

const resources = resourcesOf();

/** Pools `first` of one replica and `box` of two, with these events. */
function load(...events: string[]) {
  const pools = BLACK_BOX_SCENARIO.replace(
    '    pools:\n',
    `    pools:
      - name: first
        replicas: 1
        step_time: { constant: 10ms, per_token: 50us, per_context_token: 20ns }
        engine: { num_gpu_blocks: 1000, max_model_len: 4096 }
`,
  );
  const text = `${pools}  events:\n${events.map((event) => `    - { ${event} }\n`).join('')}`;
  return loadScenario({ file: 's.yaml', text }, [], resources);
}

const refusals = (...events: string[]): string[] =>
  problemsOf(() => resolveScenario(load(...events), resources)).map((problem) => {
    const [first = ''] = formatProblem(problem).split('\n');
    return first.replace(/^error\[(\w+)\]: s\.yaml:(\d+):\d+ /, '$1 line $2: ');
  });

describe('the events of a scenario', () => {
  it('name replicas by pool and number, and come in the order of their times', () => {
    const scenario = resolveScenario(
      load(
        'at: 20s, replica: box/1, do: restart',
        'at: 5s, replica: box/1, do: fail',
        'at: 7s, replica: first/0, do: slow, factor: 1.5',
      ),
      resources,
    );
    expect(scenario.policies.map(({ events }) => events)).toEqual(
      Array.from({ length: 2 }, () => [
        { at: 5, replica: 2, do: 'fail', factor: 1 },
        { at: 7, replica: 0, do: 'slow', factor: 1.5 },
        { at: 20, replica: 2, do: 'restart', factor: 1 },
      ]),
    );
    expect(scenario.policies[0]?.labels).toContainEqual(
      expect.objectContaining({ code: 'assumed-figure', path: 'spec.events' }),
    );
    const again = loadScenario({ file: 'r.yaml', text: scenarioYaml(scenario) }, [], resources);
    expect(resolveScenario(again, resources).sha256).toBe(scenario.sha256);
  });

  it('are played', () => {
    const loaded = load(
      'at: 5s, replica: box/1, do: fail',
      'at: 5s, replica: box/0, do: drain',
      'at: 6s, replica: first/0, do: fail',
    );
    const inputs = runInputs(resolveScenario(loaded, resources), workloadOf(loaded, resources), {
      seeds: [1],
      check: true,
    });
    for (const input of inputs) {
      const { requests } = simulate(input).entry;
      expect(requests.rejected).toBeGreaterThan(10);
      expect(requests.completed + requests.failed + requests.rejected).toBe(40);
    }
  });

  it('are refused where they name no replica, or in an order that cannot be', () => {
    const at = 'at: 1s, replica:';
    expect(refusals(`${at} bx/0, do: drain`)).toEqual([
      expect.stringMatching(
        /^E_SCENARIO line 21: spec\.events\[0\]\.replica names no pool of the fleet: "bx"$/,
      ),
    ]);
    expect(refusals(`${at} box/2, do: drain`)).toEqual([
      expect.stringMatching(/names no replica: "box\/2"$/),
    ]);
    expect(refusals(`${at} box/0, do: restart`)).toEqual([
      expect.stringMatching(/needs a fail or a drain of that replica before it$/),
    ]);
    expect(refusals(`${at} box/0, do: fail`, `${at} box/0, do: fail`)).toEqual([
      expect.stringMatching(
        /^E_SCENARIO line 22: spec\.events\[1\]\.do is for a replica that has failed already$/,
      ),
    ]);
    expect(problemsOf(() => load(`${at} box, do: drain`)).length).toBe(1);
    expect(problemsOf(() => load(`${at} box/0, do: slow`)).length).toBe(1);
    expect(problemsOf(() => load(`${at} box/0, do: fail, factor: 2`)).length).toBe(1);
    expect(problemsOf(() => load(`${at} box/0, do: explode`)).length).toBe(1);
  });
});
