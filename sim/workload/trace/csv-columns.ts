import { invariant } from '../../../base/invariant.ts';
import { csvRows } from './csv-rows.ts';
import { TraceBuilder } from './trace.ts';
import type { TraceFormat } from './trace-format.ts';

const PER_SECOND = { s: 1, ms: 1e3, us: 1e6 } as const;

/** Any other table of requests: the scenario says which columns hold arrival, lengths and what was measured. */
export const csvColumns: TraceFormat = {
  name: 'columns',
  read(files, { columns, rows = Infinity }) {
    invariant(columns !== undefined, 'the columns of a table are named');
    const digest = files.digest();
    const builder = new TraceBuilder();
    for (const row of csvRows(files, digest)) {
      const arrival = row.number(columns.arrival);
      const after = (column: string | undefined): number | undefined => {
        if (column === undefined) return undefined;
        // A cell may be empty; a column that is named and not there is a slip of the keyboard.
        const time = row.value(column) === undefined ? row.number(column) : row.numberIfThere(column);
        return time === undefined ? undefined : (time - arrival) / PER_SECOND[columns.time_unit];
      };
      builder.add({
        arrival: arrival / PER_SECOND[columns.time_unit],
        inputTokens: row.count(columns.input_tokens),
        outputTokens: row.count(columns.output_tokens),
        spans: [],
        ttft: after(columns.first_token),
        e2e: after(columns.last_token),
      });
      if (builder.rows >= rows) break;
    }
    const sha256 = digest.update(JSON.stringify(columns)).hex();
    return builder.finish({ format: 'columns', sha256 });
  },
};
