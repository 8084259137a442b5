import { COMPLETED, TTFT_PARTS, type RequestTable, type TtftPart } from '../../documents/request-table.ts';

/*
 * The columns of a request table while they are written. Layout: typed arrays with room for as many rows as are expected, or
 * which double; nothing is written to a row before its request is offered, so that the room costs no memory until then. A
 * column exists from the first value on that is not what all would have: without classes there are no class codes, where
 * nobody queues at the gateway no times of queueing there. Rows that were never offered are dropped at the end.
 */

type CodeColumn = 'classCode' | 'sessionCode' | 'stageCode' | 'reasonCode';

/** Room for so many rows is taken at once; where more are said to come, the columns grow. */
const MOST_AT_ONCE = 2 ** 24;

const FEW = 1024;

export class RequestColumns {
  arrival: Float64Array;
  end: Float64Array;
  counted: Uint8Array;
  status: Uint8Array;
  endpointCode: Int32Array;
  inputTokens: Int32Array;
  outputTokens: Int32Array;
  prefixHitTokens: Int32Array;
  ttft: Float64Array;
  tpot: Float64Array;
  e2e: Float64Array;
  meetsSlo: Uint8Array | undefined;
  private capacity: number;
  private rows = 0;
  /** Rows that were offered: as many as there are rows, unless some are still to come. */
  private opened = 0;
  private offered: Uint8Array;
  private ids: string[] | undefined;
  private readonly codes: Record<CodeColumn, Int32Array | undefined> = {
    classCode: undefined,
    sessionCode: undefined,
    stageCode: undefined,
    reasonCode: undefined,
  };
  private readonly parts: Record<TtftPart, Float64Array | undefined>;

  constructor(expected: number | undefined, hasSlo: boolean) {
    const capacity = Math.max(FEW, Math.min(expected ?? 0, MOST_AT_ONCE));
    this.capacity = capacity;
    this.offered = new Uint8Array(capacity);
    this.arrival = new Float64Array(capacity);
    this.end = new Float64Array(capacity);
    this.counted = new Uint8Array(capacity);
    this.status = new Uint8Array(capacity);
    this.endpointCode = new Int32Array(capacity);
    this.inputTokens = new Int32Array(capacity);
    this.outputTokens = new Int32Array(capacity);
    this.prefixHitTokens = new Int32Array(capacity);
    this.ttft = new Float64Array(capacity);
    this.tpot = new Float64Array(capacity);
    this.e2e = new Float64Array(capacity);
    this.meetsSlo = hasSlo ? new Uint8Array(capacity) : undefined;
    this.parts = {
      retry: undefined,
      gatewayQueue: undefined,
      gatewayDecision: undefined,
      ingest: undefined,
      engineQueue: undefined,
      prefill: undefined,
      output: undefined,
    };
  }

  /** A request's row, with nothing in it but its status. */
  open(row: number, status: number): void {
    if (row >= this.capacity) this.grow(row + 1);
    if (row >= this.rows) this.rows = row + 1;
    this.opened++;
    this.offered[row] = 1;
    this.status[row] = status;
    this.endpointCode[row] = -1;
    this.prefixHitTokens[row] = -1;
    this.end[row] = NaN;
    this.ttft[row] = NaN;
    this.tpot[row] = NaN;
    this.e2e[row] = NaN;
    const { codes, parts } = this;
    if (codes.classCode !== undefined) codes.classCode[row] = -1;
    if (codes.sessionCode !== undefined) codes.sessionCode[row] = -1;
    if (codes.stageCode !== undefined) codes.stageCode[row] = -1;
    if (codes.reasonCode !== undefined) codes.reasonCode[row] = -1;
    for (const part of TTFT_PARTS) {
      const column = parts[part];
      if (column !== undefined) column[row] = NaN;
    }
  }

  setId(row: number, id: string | undefined): void {
    if (id === undefined && this.ids === undefined) return;
    this.ids ??= Array.from({ length: this.rows }, (_, index) => `${index}`);
    this.ids[row] = id ?? `${row}`;
  }

  codeOf(name: CodeColumn, row: number): number {
    return this.codes[name]?.[row] ?? -1;
  }

  setCode(name: CodeColumn, row: number, code: number): void {
    let column = this.codes[name];
    if (column === undefined) {
      if (code === -1) return;
      column = new Int32Array(this.capacity).fill(-1, 0, this.rows);
      this.codes[name] = column;
    }
    column[row] = code;
  }

  /** Of a request whose status is known to be that it completed. */
  setPart(part: TtftPart, row: number, seconds: number): void {
    let column = this.parts[part];
    if (column === undefined) {
      if (seconds === 0) return;
      column = new Float64Array(this.capacity);
      for (let before = 0; before < this.rows; before++)
        column[before] = this.status[before] === COMPLETED ? 0 : NaN;
      this.parts[part] = column;
    }
    column[row] = seconds;
  }

  /** The columns of the rows that were offered. */
  finished(): Omit<RequestTable, 'hasSessions' | 'dictionaries'> {
    const { rows } = this;
    const kept = this.opened === rows ? undefined : rowsOffered(this.offered, rows);
    const pick = <A extends Float64Array | Int32Array | Uint8Array>(column: A): A =>
      (kept === undefined ? column.subarray(0, rows) : pickRows(column, kept)) as A;
    const parts = TTFT_PARTS.map((part) => {
      const column = this.parts[part];
      return [part, column === undefined ? undefined : pick(column)];
    });
    const { ids, codes, meetsSlo } = this;
    return {
      rows: kept?.length ?? rows,
      ids: ids === undefined || kept === undefined ? ids : Array.from(kept, (row) => ids[row] ?? ''),
      index: kept,
      arrival: pick(this.arrival),
      end: pick(this.end),
      counted: pick(this.counted),
      status: pick(this.status),
      classCode: codes.classCode && pick(codes.classCode),
      sessionCode: codes.sessionCode && pick(codes.sessionCode),
      stageCode: codes.stageCode && pick(codes.stageCode),
      ...(codes.reasonCode !== undefined && { reasonCode: pick(codes.reasonCode) }),
      endpointCode: pick(this.endpointCode),
      inputTokens: pick(this.inputTokens),
      outputTokens: pick(this.outputTokens),
      prefixHitTokens: pick(this.prefixHitTokens),
      ttft: pick(this.ttft),
      tpot: pick(this.tpot),
      e2e: pick(this.e2e),
      parts: Object.fromEntries(parts) as Record<TtftPart, Float64Array | undefined>,
      meetsSlo: meetsSlo && pick(meetsSlo),
    };
  }

  private grow(atLeast: number): void {
    let { capacity } = this;
    while (capacity < atLeast) capacity *= 2;
    this.capacity = capacity;
    const floats = (column: Float64Array): Float64Array => {
      const wider = new Float64Array(capacity);
      wider.set(column);
      return wider;
    };
    const integers = (column: Int32Array): Int32Array => {
      const wider = new Int32Array(capacity);
      wider.set(column);
      return wider;
    };
    const bytes = (column: Uint8Array): Uint8Array => {
      const wider = new Uint8Array(capacity);
      wider.set(column);
      return wider;
    };
    this.offered = bytes(this.offered);
    this.arrival = floats(this.arrival);
    this.end = floats(this.end);
    this.counted = bytes(this.counted);
    this.status = bytes(this.status);
    this.endpointCode = integers(this.endpointCode);
    this.inputTokens = integers(this.inputTokens);
    this.outputTokens = integers(this.outputTokens);
    this.prefixHitTokens = integers(this.prefixHitTokens);
    this.ttft = floats(this.ttft);
    this.tpot = floats(this.tpot);
    this.e2e = floats(this.e2e);
    this.meetsSlo &&= bytes(this.meetsSlo);
    for (const name of ['classCode', 'sessionCode', 'stageCode', 'reasonCode'] as const) {
      const column = this.codes[name];
      if (column !== undefined) this.codes[name] = integers(column);
    }
    for (const part of TTFT_PARTS) {
      const column = this.parts[part];
      if (column !== undefined) this.parts[part] = floats(column);
    }
  }
}

function rowsOffered(offered: Uint8Array, rows: number): Uint32Array {
  const kept: number[] = [];
  for (let row = 0; row < rows; row++) if (offered[row] === 1) kept.push(row);
  return Uint32Array.from(kept);
}

function pickRows(column: Float64Array | Int32Array | Uint8Array, kept: Uint32Array): typeof column {
  const picked = column.slice(0, kept.length);
  kept.forEach((row, position) => {
    picked[position] = column[row] ?? NaN;
  });
  return picked;
}
