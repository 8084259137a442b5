import { Sha256 } from '../../base/sha256.ts';
import type { ProfileSource } from '../../hardware-profiles/profile-source.ts';
import { csvRows } from '../../sim/workload/trace/csv-rows.ts';
import type { TraceFiles } from '../../sim/workload/trace/trace-format.ts';
import { gpuNamed } from './gpu-named.ts';
import { modelNamed } from './model-named.ts';
import { NOTHING, type Measurements } from './validation-case.ts';

/**
 * The rows of Splitwise's performance model (Mutinifni/splitwise-sim data/perf-model.csv): times of static batches of equal
 * prompts. None is scored: they were taken in 2023 on a vLLM whose version is not given, before the V1 engine that is
 * modelled. Throws UserError for a line that is no such row.
 */
export function staticBatches(files: TraceFiles, profiles: ProfileSource): Measurements {
  return {
    ...NOTHING,
    notScored: [...csvRows(files, new Sha256())].map((row) => {
      const [model, hardware] = [row.text('model') ?? '', row.text('hardware') ?? ''];
      return { id: `${files.path}:${row.line}`, reason: reasonOf(model, hardware, profiles) };
    }),
  };
}

function reasonOf(model: string, hardware: string, profiles: ProfileSource): string {
  if (hardware.endsWith('-pcap')) return `the power of the GPU is capped (${hardware})`;
  if (gpuNamed(profiles, hardware) === undefined) return `no profile of the GPU ${hardware}`;
  if (modelNamed(profiles, model) === undefined) return `no profile of the model ${model}`;
  return 'the server is a vLLM of 2023 without a version; vLLM V1 is what is modelled';
}
