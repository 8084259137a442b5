import type { Seconds } from '../../../base/units.ts';
import { csvRows } from './csv-rows.ts';
import { TraceBuilder } from './trace.ts';
import type { TraceFormat } from './trace-format.ts';
import type { TraceRow } from './trace-row.ts';

/**
 * Azure's public LLM inference traces of 2023 and 2024 (Azure/AzurePublicDataset): CSV with TIMESTAMP, ContextTokens,
 * GeneratedTokens. Nothing is known of what prompts share, so they share nothing.
 */
export const azure: TraceFormat = {
  name: 'azure',
  read(files, { rows = Infinity }) {
    const digest = files.digest();
    const builder = new TraceBuilder();
    for (const row of csvRows(files, digest)) {
      builder.add({
        arrival: timeOf(row),
        inputTokens: row.count('ContextTokens'),
        outputTokens: row.count('GeneratedTokens'),
        spans: [],
      });
      if (builder.rows >= rows) break;
    }
    return builder.finish({ format: 'azure', sha256: digest.hex() });
  },
};

/** "2023-11-16 18:17:03.9799600", with a zone in 2024: seconds since 1970, to the digit that is there. */
function timeOf(row: TraceRow): Seconds {
  const text = row.text('TIMESTAMP') ?? '';
  const parts = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(\.\d+)?(?:Z|([+-]\d\d):?(\d\d))?$/.exec(text);
  if (parts === null) {
    throw row.error(
      'E_TRACE_FIELD',
      `"TIMESTAMP" must be a time such as 2023-11-16 18:17:03.9799600, not "${text}"`,
      'this format has the columns TIMESTAMP, ContextTokens, GeneratedTokens',
    );
  }
  const field = (index: number): number => Number(parts[index] ?? 0);
  const whole = Date.UTC(field(1), field(2) - 1, field(3), field(4), field(5), field(6)) / 1000;
  const zone = field(8) * 3600 + (parts[8]?.startsWith('-') === true ? -1 : 1) * field(9) * 60;
  return whole - zone + field(7);
}
