import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { nodeResources } from '../../cli/files/node-resources.ts';
import { shippedScenarios } from '../../cli/files/scenario-file.ts';
import { loadScenario } from '../../scenarios/load/load-scenario.ts';
import { resolveScenario } from '../../scenarios/resolve/resolve-scenario.ts';
import { runInputs } from '../../scenarios/resolve/run-inputs.ts';
import { workloadOf } from '../../scenarios/resolve/workload-of.ts';
import { scenarioJsonSchema } from '../../scenarios/schema/scenario-json-schema.ts';
import { simulate } from '../../sim/fleet/simulate.ts';

function text(name: string): string {
  return readFileSync(new URL(`../../scenarios/${name}`, import.meta.url), 'utf8');
}

describe('the JSON Schema of scenarios', () => {
  it('that is shipped is the one that is printed', () => {
    // Write it anew with: npm start --silent -- scenario schema > scenarios/scenario.schema.json
    expect(JSON.parse(text('scenario.schema.json'))).toEqual(scenarioJsonSchema());
  });
});

describe.each(shippedScenarios())('the scenario %s', (name) => {
  const resources = nodeResources(process.cwd());
  const loaded = loadScenario({ file: `${name}.yaml`, text: text(`${name}.yaml`) }, [], resources);
  const scenario = resolveScenario(loaded, resources);

  it('names its schema on its first line, and itself as its file does', () => {
    expect(text(`${name}.yaml`)).toMatch(/^# yaml-language-server: \$schema=\.\/scenario\.schema\.json\n/);
    expect(scenario.name).toBe(name);
  });

  it('compares round-robin with llm-d and has an SLO and a price', () => {
    expect(scenario.policies.map((policy) => policy.name)).toEqual(
      expect.arrayContaining(['round-robin', 'llm-d']),
    );
    expect(scenario.slo).toBeDefined();
    expect(scenario.policies[0]?.pools[0]?.usdPerGpuHour).toBeGreaterThan(0);
  });

  it('runs, every law checked', () => {
    const opened = workloadOf(loaded, resources, 300);
    for (const input of runInputs(scenario, opened, { seeds: [1], check: true })) {
      const { entry } = simulate(input);
      expect(entry.requests).toMatchObject({ offered: 300, completed: 300 });
    }
  });
});
