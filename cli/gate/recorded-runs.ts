import path from 'node:path';

import { CsvError, parse } from 'csv-parse/sync';

import { grouped } from '../../base/grouped.ts';
import { UserError } from '../../base/user-error.ts';
import { COMPLETED, REQUEST_STATUSES, TTFT_PARTS, type RequestTable } from '../../documents/request-table.ts';
import { meetsTargets, targetsOf, type Slo } from '../../sim/metrics/slo.ts';
import { readBytes } from '../files/read-file.ts';

/** The runs in a per-request CSV. */
export interface RecordedRuns {
  readonly file: string;
  readonly workloadSha256: string;
  readonly runs: readonly RecordedRun[];
}

export interface RecordedRun {
  readonly policy: string;
  readonly seed: number;
  readonly requests: RequestTable;
}

/** What the rows are read with: not all of it stands in the file. */
export interface RecordedWith {
  readonly slo: Slo | undefined;
  /** Requests that arrive earlier are left out of every figure, seconds. */
  readonly warmup: number;
}

type Row = Readonly<Record<string, string>>;

/**
 * Reads what `run --per-request -o csv=FILE` has written. Throws UserError for a file that is not there, or is no such file.
 */
export function readRecordedRuns(name: string, cwd: string, context: RecordedWith): RecordedRuns {
  const text = readBytes(path.resolve(cwd, name), name).toString('utf8');
  const workloadSha256 = /^# workloadSha256=(\S+)/.exec(text)?.[1];
  const rows = rowsOf(text, name);
  const missing = COLUMNS.filter((column) => rows[0]?.[column] === undefined);
  if (workloadSha256 === undefined || rows.length === 0 || missing.length > 0) {
    const why =
      rows.length === 0
        ? 'it has no rows'
        : workloadSha256 === undefined
          ? 'its first line names no workloadSha256'
          : `it has no column ${missing.join(', ')}`;
    throw problem(name, `is no per-request CSV of fleetcast: ${why}`);
  }
  const statuses: readonly string[] = REQUEST_STATUSES;
  const strange = rows.find((row) => !statuses.includes(row['status'] ?? ''));
  if (strange !== undefined) {
    throw problem(
      name,
      `has the unknown status "${strange['status']}" at request ${strange['id']}; known: ${statuses.join(', ')}`,
    );
  }
  const groups = grouped(rows, (row) => JSON.stringify([row['policy'], row['seed']]));
  return {
    file: name,
    workloadSha256,
    runs: [...groups.values()].map((group) => ({
      policy: group[0]?.['policy'] ?? '',
      seed: Number(group[0]?.['seed']),
      requests: tableOf(group, context),
    })),
  };
}

const COLUMNS = ['policy', 'seed', 'id', 'arrival', 'status', 'endpoint', 'ttft', 'tpot', 'e2e'] as const;

function rowsOf(text: string, name: string): Row[] {
  try {
    return parse<Row>(text, { columns: true, comment: '#', comment_no_infix: true, bom: true });
  } catch (error) {
    if (error instanceof CsvError) throw problem(name, `is no CSV: ${error.message}`);
    throw error;
  }
}

function problem(file: string, message: string): UserError {
  return new UserError({
    code: 'E_CSV',
    message,
    at: { file },
    hint: 'write it with: fleetcast run SCENARIO --per-request -o csv=FILE',
  });
}

function tableOf(rows: readonly Row[], { slo, warmup }: RecordedWith): RequestTable {
  const number = (row: Row, column: string): number => {
    const text = row[column] ?? '';
    return text === '' ? NaN : Number(text);
  };
  const times = (column: string): Float64Array => Float64Array.from(rows, (row) => number(row, column));
  const counts = (column: string, absent: number): Int32Array =>
    Int32Array.from(rows, (row) => (row[column] === '' ? absent : Number(row[column] ?? absent)));
  const arrival = times('arrival');
  const [ttft, tpot, e2e] = [times('ttft'), times('tpot'), times('e2e')];
  const status = Uint8Array.from(rows, (row) =>
    REQUEST_STATUSES.findIndex((known) => known === row['status']),
  );
  const [classCode, classes] = coded(rows, 'class');
  const [sessionCode, sessions] = coded(rows, 'session');
  const [endpointCode, endpoints] = coded(rows, 'endpoint');
  const meets = (row: number): boolean =>
    slo !== undefined &&
    status[row] === COMPLETED &&
    meetsTargets(targetsOf(slo, classes[classCode[row] ?? -1]), {
      ttft: ttft[row] ?? NaN,
      tpot: tpot[row] ?? NaN,
      e2e: e2e[row] ?? NaN,
    });
  return {
    rows: rows.length,
    hasSessions: sessions.length > 0,
    ids: rows.map((row) => row['id'] ?? ''),
    index: undefined,
    arrival,
    end: arrival.map((at, row) => at + (e2e[row] ?? NaN)),
    counted: Uint8Array.from(arrival, (at) => (at >= warmup ? 1 : 0)),
    status,
    classCode,
    sessionCode,
    stageCode: undefined,
    endpointCode,
    inputTokens: counts('input_tokens', 0),
    outputTokens: counts('output_tokens', 0),
    prefixHitTokens: counts('prefix_hit_tokens', -1),
    ttft,
    tpot,
    e2e,
    parts: Object.fromEntries(
      TTFT_PARTS.map((part) => [
        part,
        times(part.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)),
      ]),
    ) as RequestTable['parts'],
    meetsSlo: slo === undefined ? undefined : Uint8Array.from(rows, (_, row) => (meets(row) ? 1 : 0)),
    dictionaries: { classes, sessions, stages: [], endpoints },
  };
}

/** A column of words as codes into their list; -1 for an empty one. */
function coded(rows: readonly Row[], column: string): [Int32Array, string[]] {
  const codes = new Map<string, number>();
  const codeOf = (word: string): number => {
    if (word === '') return -1;
    const code = codes.get(word) ?? codes.size;
    codes.set(word, code);
    return code;
  };
  const words = Int32Array.from(rows, (row) => codeOf(row[column] ?? ''));
  return [words, [...codes.keys()]];
}
