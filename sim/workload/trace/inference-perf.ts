import { jsonDocument, recordsOf } from './json-document.ts';
import { TraceBuilder } from './trace.ts';
import type { TraceFormat } from './trace-format.ts';

/**
 * `per_request_lifecycle_metrics.json` of inference-perf (inference_perf/apis/base.py): a list of requests with
 * `start_time` and `end_time` in seconds, and `info` with the number of input tokens and the times of the output tokens.
 * Newer versions keep these in `info.request_metrics.text` and `info.response_metrics`. A request with an error is played
 * and was not measured.
 */
export const inferencePerf: TraceFormat = {
  name: 'inference-perf',
  read(files, { rows = Infinity }) {
    const digest = files.digest();
    const builder = new TraceBuilder();
    for (const row of recordsOf(jsonDocument(files, digest), 'the file', files).slice(0, rows)) {
      const info = row.child('info');
      const response = info.childIfThere('response_metrics') ?? info;
      const inputs = info.childIfThere('request_metrics')?.childIfThere('text') ?? info;
      const start = row.number('start_time');
      const failed = row.childIfThere('error') !== undefined;
      const times = response.value('output_token_times');
      const first = firstOf(times);
      builder.add({
        arrival: start,
        inputTokens: inputs.count('input_tokens'),
        outputTokens: failed ? 1 : response.count('output_tokens'),
        spans: [],
        ttft: failed || first === undefined ? undefined : first - start,
        e2e: failed ? undefined : row.number('end_time') - start,
      });
    }
    return builder.finish({ format: 'inference-perf', sha256: digest.hex() });
  },
};

function firstOf(times: unknown): number | undefined {
  const first: unknown = Array.isArray(times) ? times[0] : undefined;
  return typeof first === 'number' ? first : undefined;
}
