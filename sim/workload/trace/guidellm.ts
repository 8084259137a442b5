import { UserError } from '../../../base/user-error.ts';
import { jsonDocument, recordsOf, within } from './json-document.ts';
import { TraceBuilder } from './trace.ts';
import type { TraceFiles, TraceFormat } from './trace-format.ts';

/**
 * The JSON report of GuideLLM (src/guidellm/schemas/request_stats.py): `benchmarks[].requests.successful` with
 * `request_start_time` on the wall clock, `time_to_first_token_ms`, `request_latency` in seconds and token counts. The
 * benchmarks of a sweep follow each other on one clock. A report that keeps a sample of its requests says too little of the
 * load and is refused.
 */
export const guidellm: TraceFormat = {
  name: 'guidellm',
  read(files, { rows = Infinity }) {
    const digest = files.digest();
    const document = jsonDocument(files, digest);
    const builder = new TraceBuilder();
    const benchmarks = within(document, 'benchmarks');
    for (const [k, benchmark] of (Array.isArray(benchmarks) ? benchmarks : []).entries()) {
      const where = `benchmarks[${k}].requests.successful`;
      const requests = recordsOf(within(benchmark, 'requests', 'successful'), where, files);
      refuseSample(requests.length, benchmark, where, files);
      for (const row of requests.slice(0, rows - builder.rows)) {
        const ttft = row.numberIfThere('time_to_first_token_ms');
        builder.add({
          arrival: row.number('request_start_time'),
          inputTokens: row.count('prompt_tokens'),
          outputTokens: row.count('output_tokens'),
          spans: [],
          ttft: ttft === undefined ? undefined : ttft / 1000,
          e2e: row.numberIfThere('request_latency'),
        });
      }
    }
    return builder.finish({ format: 'guidellm', sha256: digest.hex() });
  },
};

function refuseSample(kept: number, benchmark: unknown, where: string, files: TraceFiles): void {
  const total =
    within(benchmark, 'metrics', 'request_totals', 'successful') ??
    within(benchmark, 'request_totals', 'successful');
  if (typeof total !== 'number' || total <= kept) return;
  throw new UserError({
    code: 'E_TRACE_FIELD',
    message: `${where} keeps ${kept} of ${total} requests: a sample does not say how loaded the server was`,
    at: { file: files.path },
    hint: 'run GuideLLM without --sample-requests',
  });
}
