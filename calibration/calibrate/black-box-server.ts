import { shortDuration } from '../../base/short-duration.ts';
import type { Seconds } from '../../base/units.ts';
import { API_VERSION } from '../../documents/run-report.ts';
import { loadScenario } from '../../scenarios/load/load-scenario.ts';
import type { Override } from '../../scenarios/load/override.ts';
import { durationOf } from '../../scenarios/resolve/duration-of.ts';
import { resolveScenario } from '../../scenarios/resolve/resolve-scenario.ts';
import type { ScenarioResources } from '../../scenarios/resources.ts';
import type { Coefficient } from './coefficient.ts';
import { DIGITS, type CalibratedServer, type ScenarioText } from './server.ts';

/**
 * What a step may cost and what surrounds it. The search begins with half of `typicalStep` in the constant, and with what a
 * small model on a data-center GPU takes in the others.
 */
const coefficientsOf = (typicalStep: Seconds): readonly Coefficient[] => [
  { name: 'constant', about: 'every step', of: 'step', unit: 's', start: typicalStep / 2 },
  { name: 'per_sequence', about: 'per request in a step', of: 'step', unit: 's', start: 2e-5 },
  { name: 'per_token', about: 'per token computed', of: 'step', unit: 's', start: 2e-5 },
  { name: 'per_context_token', about: 'per token computed before', of: 'step', unit: 's', start: 1e-8 },
  { name: 'ingest_delay', about: 'per request, before the engine', of: 'request', unit: 's', start: 3e-3 },
  {
    name: 'ingest_delay_per_token',
    about: 'per input token, before the engine',
    of: 'request',
    unit: 's',
    start: 1e-6,
  },
  { name: 'output_delay', about: 'from a step to the client', of: 'request', unit: 's', start: 1e-3 },
];

const STEP_TIME = new Set(['constant', 'per_sequence', 'per_token', 'per_context_token']);

/**
 * A server of which nothing is known but what was measured: its step time is given outright. `typicalStep` is about the time
 * of one step.
 */
export function blackBoxServer(
  scenario: ScenarioText,
  workload: Override,
  resources: ScenarioResources,
  typicalStep: Seconds,
): CalibratedServer {
  return {
    target: 'step_time',
    coefficients: coefficientsOf(typicalStep),
    resolve(values) {
      const changes = [...values].map(([name, value]): Override => ({
        path: ['spec', 'fleet', 'pools', 0, STEP_TIME.has(name) ? 'step_time' : 'engine', name],
        value: durationOf(value),
        origin: 'calibration',
      }));
      return resolveScenario(loadScenario(scenario, [], resources, [workload, ...changes]), resources);
    },
    profile(fitted, sources) {
      const block = (title: string, isPart: (name: string) => boolean): string[] => {
        const part = fitted.filter(({ name }) => isPart(name));
        if (part.length === 0) return [];
        return [
          `${title}:`,
          ...part.map(
            ({ name, value, low, high }) =>
              `  ${name}: ${shortDuration(value, DIGITS)}   # ${shortDuration(low, DIGITS)} to ${shortDuration(high, DIGITS)}`,
          ),
        ];
      };
      return [
        `# Fitted to ${sources}. Put it into a pool of a scenario, beside num_gpu_blocks.`,
        ...block('step_time', (name) => STEP_TIME.has(name)),
        ...block('engine', (name) => !STEP_TIME.has(name)),
        '',
      ].join('\n');
    },
  };
}

/** A scenario with one such server, whose KV cache never fills and which takes prompts of any of these lengths. */
export function unknownServer(longest: number): ScenarioText {
  const scenario = {
    apiVersion: API_VERSION,
    kind: 'Scenario',
    metadata: { name: 'calibration' },
    spec: {
      fleet: {
        pools: [
          {
            name: 'server',
            replicas: 1,
            step_time: { constant: '0s' },
            engine: { num_gpu_blocks: 10_000_000, max_model_len: longest },
          },
        ],
      },
      workload: { measured: { file: 'replaced' } },
      policies: [{ name: 'one-server', router: { builtin: 'round-robin' } }],
    },
  };
  return { file: 'calibration.yaml', text: JSON.stringify(scenario) };
}
