import { idOf, partOf, REQUEST_STATUSES, TTFT_PARTS, type RequestTable } from '../documents/request-table.ts';
import type { RunRecord } from '../documents/run-record.ts';

/**
 * One row per offered request of every run, times in seconds to the picosecond, absent values empty: a comment line with the workload's
 * hash, the names of the columns, then the rows. In pieces of up to a thousand rows, each ending with a line end, for
 * runs whose whole text would not fit into a string.
 */
export function* renderRequestsCsv(
  records: readonly RunRecord[],
  workloadSha256: string,
): Generator<string, void, undefined> {
  yield `# workloadSha256=${workloadSha256}\n${COLUMNS.join(',')}\n`;
  for (const { entry, requests } of records) {
    const start = `${quoted(entry.policy)},${entry.seed},`;
    for (let from = 0; from < requests.rows; from += ROWS_PER_PIECE) {
      const rows = Math.min(ROWS_PER_PIECE, requests.rows - from);
      yield Array.from({ length: rows }, (_, k) => `${start}${rowOf(requests, from + k)}\n`).join('');
    }
  }
}

const ROWS_PER_PIECE = 1000;

const COLUMNS = [
  'policy',
  'seed',
  'stage',
  'id',
  'arrival',
  'class',
  'session',
  'status',
  'endpoint',
  'input_tokens',
  'output_tokens',
  'prefix_hit_tokens',
  'ttft',
  'tpot',
  'e2e',
  ...TTFT_PARTS.map((part) => part.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)),
  'reason',
];

function rowOf(table: RequestTable, row: number): string {
  const { dictionaries: words } = table;
  const word = (list: readonly string[], codes: Int32Array | undefined): string =>
    quoted(list[codes?.[row] ?? -1] ?? '');
  const count = (column: Int32Array): string => ((column[row] ?? -1) < 0 ? '' : `${column[row]}`);
  return [
    word(words.stages, table.stageCode),
    quoted(idOf(table, row)),
    time(table.arrival[row]),
    word(words.classes, table.classCode),
    word(words.sessions, table.sessionCode),
    REQUEST_STATUSES[table.status[row] ?? -1] ?? '',
    word(words.endpoints, table.endpointCode),
    count(table.inputTokens),
    count(table.outputTokens),
    count(table.prefixHitTokens),
    time(table.ttft[row]),
    time(table.tpot[row]),
    time(table.e2e[row]),
    ...TTFT_PARTS.map((part) => time(partOf(table, part, row))),
    word(words.reasons ?? [], table.reasonCode),
  ].join(',');
}

function time(seconds = NaN): string {
  return Number.isNaN(seconds) ? '' : String(Number(seconds.toFixed(12)));
}

/** As RFC 4180 has it: fields with a comma, a quote or a line end stand in quotes. */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
