import { defaultFinish } from '../../sim/workload/sources.ts';
import type { PolicySpec } from '../schema/policy-schema.ts';
import { scenarioSchema, type Scenario } from '../schema/scenario-schema.ts';
import type { ResolvedFleet } from './resolve-fleet.ts';
import type { ResolvedRouter } from './router-of.ts';

interface PolicyParts {
  readonly policy: PolicySpec;
  /** Whether the policy has a fleet of its own. */
  readonly changed: boolean;
  readonly fleet: ResolvedFleet;
  readonly router: ResolvedRouter;
}

/** The scenario with every default written out. It is a scenario again, and resolves to the same runs. */
export function documentOf(
  scenario: Scenario,
  fleet: ResolvedFleet,
  policies: readonly PolicyParts[],
): Scenario {
  const { spec } = scenario;
  const { workload } = spec;
  // Parsed again for the order of its keys: the schema's, however they were written.
  return scenarioSchema.parse({
    ...scenario,
    spec: {
      ...spec,
      fleet: { pools: fleet.pools.map((pool) => pool.spec) },
      workload: {
        ...workload,
        load: workload.load ?? { rate_scale: 1 },
        finish: workload.finish ?? defaultFinish(workload),
      },
      policies: policies.map(({ policy, changed, router, fleet: own }) => ({
        ...policy,
        ...router.spec,
        // Computed sizes belong to one fleet: a policy that changes the fleet gets its own, written out whole.
        ...(changed && {
          set: { ...otherChanges(policy), 'spec.fleet.pools': own.pools.map((pool) => pool.spec) },
        }),
      })),
    },
  });
}

function otherChanges({ set = {} }: PolicySpec): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(set).filter(([path]) => !path.startsWith('spec.fleet')));
}
