import { recordedRun } from '../../calibration/validate/recorded-run.ts';
import { NOTHING, type Measurements } from '../../calibration/validate/validation-case.ts';
import { accuracyClassOf, publishedFormat } from '../../calibration/validate/weight-format.ts';
import { loadScenario } from '../../scenarios/load/load-scenario.ts';
import { modelOf } from '../../scenarios/resolve/model-of.ts';
import { resolveScenario } from '../../scenarios/resolve/resolve-scenario.ts';
import { readTrace, traceFormat } from '../../sim/workload/trace/trace-formats.ts';
import { nodeResources } from '../files/node-resources.ts';

/**
 * The run that a scenario's `measured` workload records, to be compared with the scenario's first policy. Undefined for a
 * scenario that measures nothing. Throws UserError for a scenario with a mistake.
 */
export function readScenarioRun(
  file: { readonly file: string; readonly text: string },
  cwd: string,
): Measurements | undefined {
  if (!/\bmeasured["']?\s*:/.test(file.text)) return undefined;
  const resources = nodeResources(cwd);
  const loaded = loadScenario(file, [], resources);
  const { spec } = loaded.scenario;
  const { measured, client } = spec.workload;
  const [policy] = spec.policies;
  const [pool] = resolveScenario(loaded, resources).document.spec.fleet.pools;
  if (measured === undefined || policy === undefined || pool === undefined) return undefined;
  const format = traceFormat(measured.format ?? 'columns');
  const trace = readTrace(format, resources.trace(measured.file, file.file, format), {
    columns: measured.columns,
    clock: client.max_in_flight === undefined ? 'sent' : 'scheduled',
  });
  const model = spec.model === undefined ? undefined : modelOf(spec.model, file.file, resources);
  const stored = model === undefined ? undefined : (pool.engine.quantization ?? publishedFormat(model));
  const run = recordedRun({
    id: loaded.scenario.metadata.name,
    source: file.file,
    scenario: file,
    policy: policy.name,
    server: {
      model: spec.model ?? loaded.scenario.metadata.name,
      hardware: pool.hardware ?? 'given step time',
      engine: pool.engine.profile ?? '',
      precision: stored ?? '',
      class: model === undefined || stored === undefined ? 'dense BF16' : accuracyClassOf(model, stored),
    },
    labels: [],
    trace,
  });
  return run === undefined
    ? { ...NOTHING, notScored: [{ id: file.file, reason: 'its record holds no measured times' }] }
    : { ...NOTHING, cases: [run] };
}
