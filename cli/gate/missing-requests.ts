import { COMPLETED, idOf, REQUEST_STATUSES, type RequestTable } from '../../documents/request-table.ts';

const UNFINISHED = REQUEST_STATUSES.indexOf('unfinished');

/**
 * Ids of requests that `other` has and `own` lacks, without those that a whole run may lack: the later turns of a session
 * of which a turn was not completed, and anything where a time limit ended the run.
 */
export function missingRequests(own: RequestTable, other: RequestTable): string[] {
  if (own.status.includes(UNFINISHED)) return [];
  const known = new Set(idsOf(own));
  const broken = new Set(
    Array.from(own.status).flatMap((status, row) => {
      const session = sessionOf(own, row);
      return status === COMPLETED || session === undefined ? [] : [session];
    }),
  );
  return idsOf(other).filter((id, row) => {
    const session = sessionOf(other, row);
    return !known.has(id) && !(session !== undefined && broken.has(session));
  });
}

function idsOf(table: RequestTable): string[] {
  return Array.from({ length: table.rows }, (_, row) => idOf(table, row));
}

function sessionOf({ sessionCode, dictionaries }: RequestTable, row: number): string | undefined {
  return dictionaries.sessions[sessionCode?.[row] ?? -1];
}
