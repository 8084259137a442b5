import type { Span } from '../../../base/prompt.ts';
import { csvRows } from './csv-rows.ts';
import { TraceBuilder } from './trace.ts';
import type { TraceFormat } from './trace-format.ts';
import type { TraceRow } from './trace-row.ts';

/**
 * TraceV2 of inference-sim (sim/workload/tracev2.go): CSV, one row per request, times in microseconds. The columns of
 * times need not share an epoch, so sending is compared with chunks only. Input: what the server counted where it did
 * (`server_input_tokens`, prefix included), else `input_tokens` behind the prefix of `prefix_length`. Rows of one
 * `prefix_group` share that prefix.
 */
export const blisTraceV2: TraceFormat = {
  name: 'blis-trace-v2',
  read(files, { rows = Infinity, clock = 'sent' }) {
    const digest = files.digest();
    const builder = new TraceBuilder();
    const groups = new Map<string, number>();
    for (const row of csvRows(files, digest)) {
      const sent = row.numberIfThere('send_time_us') ?? 0;
      const arrival = row.number('arrival_time_us');
      const after = (key: string): number | undefined => {
        const time = row.numberIfThere(key) ?? 0;
        return time > 0 && time >= sent ? (time - sent) / 1e6 : undefined;
      };
      const ended = (row.text('status') ?? 'ok') === 'ok';
      builder.add({
        arrival: (clock === 'sent' && sent > 0 ? sent : arrival) / 1e6,
        outputTokens: row.count('output_tokens'),
        ...promptOf(row, groups),
        session: row.text('session_id'),
        class: row.text('slo_class'),
        tenant: row.text('tenant_id'),
        ttft: ended ? after('first_chunk_time_us') : undefined,
        e2e: ended ? after('last_chunk_time_us') : undefined,
      });
      if (builder.rows >= rows) break;
    }
    const knowsPrefixes = groups.size > 0;
    return builder.finish({ format: 'blis-trace-v2', knowsPrefixes, sha256: digest.hex() });
  },
};

function promptOf(
  row: TraceRow,
  groups: Map<string, number>,
): { inputTokens: number; spans: readonly Span[] } {
  const group = row.text('prefix_group');
  const prefix = group === undefined ? 0 : (row.numberIfThere('prefix_length') ?? 0);
  const counted = row.numberIfThere('server_input_tokens') ?? 0;
  const inputTokens = counted > 0 ? counted : row.count('input_tokens') + prefix;
  if (group === undefined || prefix === 0) return { inputTokens, spans: [] };
  const content = groups.get(group) ?? groups.size + 1;
  groups.set(group, content);
  return { inputTokens, spans: [{ content, start: 0, tokens: Math.min(prefix, inputTokens) }] };
}
