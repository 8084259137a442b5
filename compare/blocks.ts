import type { RequestTable } from '../documents/request-table.ts';

/** Length of a block of arrivals, seconds: see Intervals in the definitions of the result. */
const BLOCK_SECONDS = 60;

/** Which block each row of each table lies in; -1 for rows that enter no figure. */
export interface Blocks {
  readonly count: number;
  readonly codes: readonly Int32Array[];
}

/**
 * The blocks that are drawn together, common to the runs of several policies on the same requests: whole sessions where
 * the workload has them, else 60 s of arrivals. A request lies in the same block in every run, by its arrival in the
 * first one (in a closed loop it arrives at other times in the others).
 */
export function blocksOf(tables: readonly RequestTable[]): Blocks {
  const numbers = new Map<string, number>();
  const blockOfIndex = new Map<number, number>();
  const numberOf = (name: string): number => {
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return number;
  };
  const codes = tables.map((table, position) => {
    const sessions = table.dictionaries.sessions;
    return Int32Array.from({ length: table.rows }, (_, row) => {
      if (table.counted[row] !== 1) return -1;
      const session = table.hasSessions ? sessions[table.sessionCode[row] ?? -1] : undefined;
      if (session !== undefined) return numberOf(`session ${session}`);
      const index = table.index[row] ?? -1;
      const known = position === 0 ? undefined : blockOfIndex.get(index);
      if (known !== undefined) return known;
      const block = numberOf(`minute ${Math.floor((table.arrival[row] ?? 0) / BLOCK_SECONDS)}`);
      blockOfIndex.set(index, block);
      return block;
    });
  });
  return { count: numbers.size, codes };
}
