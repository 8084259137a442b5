import { TraceBuilder } from './trace.ts';
import type { TraceFormat } from './trace-format.ts';
import { jsonRows, type TraceRow } from './trace-row.ts';

/**
 * `profile_export.jsonl` of AIPerf (docs/tutorials/working-with-profile-exports.md): one JSON object per request.
 * `metadata.request_start_ns` is on the wall clock; each metric has a value and a unit. A request with an error is played
 * and was not measured.
 */
export const aiperf: TraceFormat = {
  name: 'aiperf',
  read(files, { rows = Infinity }) {
    const digest = files.digest();
    const builder = new TraceBuilder();
    for (const row of jsonRows(files, digest)) {
      const metrics = row.child('metrics');
      const failed = row.childIfThere('error') !== undefined;
      builder.add({
        arrival: row.child('metadata').number('request_start_ns') / 1e9,
        inputTokens: metrics.child(failed ? 'error_isl' : 'input_sequence_length').count('value'),
        outputTokens: failed ? 1 : metrics.child('output_sequence_length').count('value'),
        spans: [],
        ttft: failed ? undefined : secondsIn(metrics.childIfThere('time_to_first_token')),
        e2e: failed ? undefined : secondsIn(metrics.childIfThere('request_latency')),
      });
      if (builder.rows >= rows) break;
    }
    return builder.finish({ format: 'aiperf', sha256: digest.hex() });
  },
};

const UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1e9],
  ['us', 1e6],
  ['ms', 1e3],
  ['sec', 1],
  ['s', 1],
]);

function secondsIn(metric: TraceRow | undefined): number | undefined {
  if (metric === undefined) return undefined;
  const unit = metric.text('unit') ?? '';
  const perSecond = UNITS.get(unit);
  if (perSecond !== undefined) return metric.number('value') / perSecond;
  throw metric.error(
    'E_TRACE_FIELD',
    `"${unit}" is no unit of time`,
    `units: ${[...UNITS.keys()].join(', ')}`,
  );
}
