import { didYouMean } from '../../base/nearest.ts';
import { UserError } from '../../base/user-error.ts';
import type { RunInput } from '../../sim/fleet/run-input.ts';
import { trafficShape } from '../fixtures/traffic-shape.ts';
import type { ResolvedScenario } from './resolve-scenario.ts';
import type { OpenedWorkload } from './workload-of.ts';

export interface RunSelection {
  /** Names of policies, the baseline first; undefined = all of the scenario, in its order. */
  readonly policies?: readonly string[] | undefined;
  readonly seeds: readonly number[];
  /** Verify every law after every event. */
  readonly check?: boolean;
  /** Keep the reasons of these decisions. */
  readonly decisions?: RunInput['decisions'];
}

/** One input per policy and seed, all on the same requests. Throws UserError for a policy that the scenario does not have. */
export function runInputs(
  scenario: ResolvedScenario,
  { workload, labels, fixture }: OpenedWorkload,
  { policies, seeds, check = false, decisions }: RunSelection,
): RunInput[] {
  const names = scenario.policies.map(({ name }) => name);
  return (policies ?? names).flatMap((name) => {
    const policy = scenario.policies.find((one) => one.name === name);
    if (policy === undefined) {
      const near = didYouMean(name, names);
      throw new UserError({
        code: 'E_UNKNOWN_POLICY',
        message: `${scenario.name} has no policy "${name}"`,
        hint: `${near === undefined ? '' : `${near} `}policies: ${names.join(', ')}`,
      });
    }
    return seeds.map((seed): RunInput => {
      const input: RunInput = {
        policy: name,
        seed,
        model: scenario.model,
        workload,
        client: scenario.client,
        pools: policy.pools,
        events: policy.events,
        router: policy.router,
        slo: scenario.slo,
        warmup: scenario.warmup,
        until: scenario.until,
        limit: scenario.limit,
        labels: [...policy.labels, ...labels],
        check,
        decisions,
      };
      return fixture?.input === undefined ? input : fixture.input(input, trafficShape(workload, seed));
    });
  });
}
