import { indexOf, type RequestTable } from '../documents/request-table.ts';

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
  const numbers = new Map<string | number, number>();
  const numberOf = (name: string | number): number => {
    let number = numbers.get(name);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(name, number);
    }
    return number;
  };
  const [first] = tables;
  const needsFirst = tables.length > 1;
  const blockOfIndex = new Int32Array(needsFirst ? highestIndex(tables) + 1 : 0).fill(-1);
  const codes = tables.map((table) => {
    const { sessions } = table.dictionaries;
    const blocks = new Int32Array(table.rows);
    for (let row = 0; row < table.rows; row++) {
      blocks[row] = -1;
      if (table.counted[row] !== 1) continue;
      const session = table.hasSessions ? sessions[table.sessionCode?.[row] ?? -1] : undefined;
      if (session !== undefined) {
        blocks[row] = numberOf(session);
        continue;
      }
      const index = indexOf(table, row);
      const known = table === first ? -1 : (blockOfIndex[index] ?? -1);
      const block = known >= 0 ? known : numberOf(Math.floor((table.arrival[row] ?? 0) / BLOCK_SECONDS));
      if (needsFirst) blockOfIndex[index] = block;
      blocks[row] = block;
    }
    return blocks;
  });
  return { count: numbers.size, codes };
}

function highestIndex(tables: readonly RequestTable[]): number {
  return tables.reduce((most, table) => Math.max(most, indexOf(table, table.rows - 1)), 0);
}
