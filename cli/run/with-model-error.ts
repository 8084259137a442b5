import { accuracyClassOf, publishedFormat } from '../../calibration/validate/weight-format.ts';
import { modelErrorBands } from '../../compare/model-error-bands.ts';
import { outsideValidation } from '../../compare/validated-range.ts';
import type { ModelError } from '../../documents/model-error.ts';
import type { Band, RunEntry } from '../../documents/run-report.ts';
import type { AccuracyClass } from '../../documents/validation-report.ts';
import type { ResolvedScenario } from '../../scenarios/resolve/resolve-scenario.ts';

type Servers = ResolvedScenario['policies'][number]['servers'];

/** Runs with what their bands say: where measurements would probably lie, and what lies beyond all comparisons. */
export function withModelError(
  runs: readonly RunEntry[],
  policies: readonly { readonly name: string; readonly servers: Servers }[],
  errors: ModelError | undefined,
): { readonly runs: RunEntry[]; readonly bands: Band[] } {
  if (errors === undefined) return { runs: [...runs], bands: [] };
  const serversOf = (name: string): Servers => policies.find((policy) => policy.name === name)?.servers ?? [];
  const names = [...new Set(runs.map(({ policy }) => policy))];
  return {
    runs: runs.map((entry) => {
      const hardware = serversOf(entry.policy).map((server) => server.hardware);
      return { ...entry, labels: [...entry.labels, ...outsideValidation(entry, hardware, errors)] };
    }),
    bands: names.flatMap((name) => {
      const accuracyClass = classOf(serversOf(name));
      const own = runs.filter(({ policy }) => policy === name);
      return accuracyClass === undefined ? [] : modelErrorBands(own, accuracyClass, errors);
    }),
  };
}

/** Undefined where a pool's step time is given outright: nothing is known of its error. The first pool speaks for all. */
function classOf(servers: Servers): AccuracyClass | undefined {
  if (servers.some(({ model }) => model === undefined)) return undefined;
  const [first] = servers;
  if (first?.model === undefined) return undefined;
  return accuracyClassOf(first.model, first.quantization ?? publishedFormat(first.model));
}
