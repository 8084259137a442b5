import { describe, expect, it } from 'vitest';

import { play, progressText } from '../../cli/run/play.ts';
import { InvariantError } from '../../base/invariant.ts';
import { loadScenario } from '../../scenarios/load/load-scenario.ts';
import { resolveScenario } from '../../scenarios/resolve/resolve-scenario.ts';
import { runInputs } from '../../scenarios/resolve/run-inputs.ts';
import { workloadOf } from '../../scenarios/resolve/workload-of.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';
import { BLACK_BOX_SCENARIO, resourcesOf } from '../support/scenario-text.ts';

describe('the progress line', () => {
  it('has simulated time, share done, speed and time left', () => {
    expect(progressText({ ended: 3000, offered: 3100, total: 12_000, simulated: 1234.5 }, 2)).toBe(
      '25 % · 1,235 s simulated · 1,500 requests/s · 6 s left',
    );
  });

  it('has what is known when nobody knows how many requests will come', () => {
    expect(progressText({ ended: 3000, offered: 3100, total: undefined, simulated: 60 }, 2)).toBe(
      '3,000 requests · 60 s simulated · 1,500 requests/s',
    );
  });
});

describe('a broken law', () => {
  it('passes through, with what gives it again', () => {
    const resources = resourcesOf();
    const loaded = loadScenario({ file: 's.yaml', text: BLACK_BOX_SCENARIO }, [], resources);
    const scenario = resolveScenario(loaded, resources);
    const [input] = runInputs(scenario, workloadOf(loaded, resources), { seeds: [5] });
    if (input === undefined) throw new Error('the scenario has a run');
    const broken = {
      ...input,
      workload: {
        ...input.workload,
        open: () => {
          throw new InvariantError('arrivals never fall', {});
        },
      },
    };
    const terminal = fakeTerminal('.');
    expect(() => play([broken], scenario.sha256, terminal)).toThrow('arrivals never fall');
    expect(terminal.stderr()).toBe(`policy round-robin, seed 5, scenario SHA-256 ${scenario.sha256}\n`);
  });
});
