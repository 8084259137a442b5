import { canonicalJson } from '../../base/canonical-json.ts';
import { invariant } from '../../base/invariant.ts';
import { sha256 } from '../../base/sha256.ts';
import type { Seconds } from '../../base/units.ts';
import { throwProblems } from '../../base/user-error.ts';
import type { Label } from '../../documents/run-report.ts';
import { parseThreshold, type Threshold } from '../../documents/threshold.ts';
import type {
  ClientInput,
  PoolInput,
  ReplicaEvent,
  RouterInput,
  RunInput,
} from '../../sim/fleet/run-input.ts';
import { secondsOf } from '../../sim/workload/draw/duration.ts';
import { inOrder } from '../load/in-order.ts';
import type { LoadedScenario } from '../load/load-scenario.ts';
import type { ScenarioResources } from '../resources.ts';
import type { Scenario } from '../schema/scenario-schema.ts';
import type { ClientSpec } from '../schema/workload-schema.ts';
import { documentOf } from './document-of.ts';
import { Notes } from './notes.ts';
import { resolveFleet, type ServerKind } from './resolve-fleet.ts';
import { routerOf } from './router-of.ts';
import { sloOf } from './slo-of.ts';

/** A policy with the fleet that it routes to. */
interface ResolvedPolicy {
  readonly name: string;
  readonly pools: readonly PoolInput[];
  /** What serves in them, in their order. */
  readonly servers: readonly ServerKind[];
  readonly events: readonly ReplicaEvent[];
  readonly router: RouterInput;
  /** What weakens forecasts of this policy. */
  readonly labels: readonly Label[];
}

/** A scenario with nothing left to look up but its requests. */
export interface ResolvedScenario {
  readonly name: string;
  /** Name of the model that requests ask for; the scenario's own name where it has none. */
  readonly model: string;
  /** The scenario with every default written out: a scenario again, which resolves to the same runs. */
  readonly document: Scenario;
  /** SHA-256 of the document and of the files that it names, the trace excepted. */
  readonly sha256: string;
  readonly policies: readonly ResolvedPolicy[];
  readonly slo: RunInput['slo'];
  readonly thresholds: readonly Threshold[];
  readonly client: ClientInput;
  readonly warmup: Seconds;
  readonly until: RunInput['until'];
  readonly limit: Seconds | undefined;
}

/**
 * Looks up all that a scenario names and fills in every default. Throws one UserError with all that prevents a run: a model
 * that does not fit its GPUs, a pin beyond the memory, a router plugin that cannot be simulated.
 */
export function resolveScenario(loaded: LoadedScenario, resources: ScenarioResources): ResolvedScenario {
  const { scenario, variants, file, locate } = loaded;
  const base = resolveFleet(scenario, file, resources, new Notes(locate));
  const policies = scenario.spec.policies.map((policy) => {
    const variant = variants.get(policy.name) ?? scenario;
    const changed = variant !== scenario;
    const fleet = changed ? resolveFleet(variant, file, resources, new Notes(locate)) : base;
    const notes = new Notes(locate);
    const isBlackBox = variant.spec.fleet.pools.some(({ step_time }) => step_time !== undefined);
    const router = routerOf(policy, { scenario, file, resources, isBlackBox, notes });
    return { policy, changed, notes, fleet, router };
  });
  const all = [base.notes, ...policies.flatMap(({ fleet, notes }) => [fleet.notes, notes])];
  throwProblems(
    inOrder(
      all.flatMap(({ problems }) => problems),
      file,
    ),
  );
  const document = documentOf(scenario, base, policies);
  const engines = [base, ...policies.map(({ fleet }) => fleet)].flatMap((fleet) => fleet.engines);
  const files = {
    model: base.model,
    routers: policies.map(({ router }) => router.text),
    ...(engines.length > 0 && { engines }),
  };
  const { slo, thresholds, measure, workload } = scenario.spec;
  return {
    name: scenario.metadata.name,
    model: scenario.spec.model ?? scenario.metadata.name,
    document,
    sha256: sha256(canonicalJson({ document, files })),
    policies: policies.map(({ policy, fleet, router, notes }) => ({
      name: policy.name,
      pools: fleet.pools.map(({ input }) => input),
      servers: fleet.servers,
      events: fleet.events,
      router: router.input,
      labels: [...fleet.notes.labels, ...notes.labels],
    })),
    slo: sloOf(slo),
    thresholds: thresholdsOf(thresholds),
    client: clientOf(workload.client),
    warmup: secondsOf(measure.warmup),
    until: measure.until,
    limit: measure.limit === undefined ? undefined : secondsOf(measure.limit),
  };
}

function thresholdsOf(thresholds: Scenario['spec']['thresholds']): Threshold[] {
  return Object.entries(thresholds ?? {}).flatMap(([subject, expressions]) =>
    expressions.map((expression) => {
      const threshold = parseThreshold(subject, expression);
      invariant(!('message' in threshold), 'a loaded scenario has thresholds that can be read', {
        expression,
      });
      return threshold;
    }),
  );
}

function clientOf(spec: ClientSpec): ClientInput {
  return {
    maxInFlight: spec.max_in_flight,
    maxConnections: spec.max_connections,
    timeout: spec.timeout === undefined ? undefined : secondsOf(spec.timeout),
    streaming: spec.streaming,
    retries: spec.retries,
    cancelShare: spec.cancel_share,
  };
}
