import { throwProblems, type Problem } from '../../base/user-error.ts';
import { COMPLETED, REQUEST_STATUSES } from '../../documents/request-table.ts';
import type { RunRecord } from '../../documents/run-record.ts';
import type { PoolInput } from '../../sim/fleet/run-input.ts';

/** Throws UserError when no request of a run was completed: there is nothing to report, and this says why. */
export function refuseEmptyRun(record: RunRecord, pools: readonly PoolInput[]): void {
  throwProblems(reasonsOfEmptyRun(record, pools));
}

/** Why no request of a run was completed; nothing when one was. */
export function reasonsOfEmptyRun({ entry, requests }: RunRecord, pools: readonly PoolInput[]): Problem[] {
  if (requests.status.includes(COMPLETED)) return [];
  const counts = REQUEST_STATUSES.flatMap((status, code) => {
    const count = requests.status.filter((one) => one === code).length;
    return count === 0 ? [] : [`${count.toLocaleString('en-US')} ${WORDS[status]}`];
  });
  const shortest = requests.inputTokens.reduce((least, tokens) => Math.min(least, tokens), Infinity);
  const limit = Math.max(...pools.map(({ engine }) => engine.maxModelLen));
  const blocks = Math.max(...pools.map(({ engine }) => (engine.numGpuBlocks - 1) * engine.blockSize));
  const why =
    requests.rows === 0
      ? 'the workload has no requests'
      : shortest >= limit
        ? `every input has ${shortest} tokens or more, and max_model_len is ${limit}`
        : shortest > blocks
          ? `every input has ${shortest} tokens or more, and the KV cache of a replica holds ${blocks}`
          : counts.join(', ');
  return [
    {
      code: 'E_NOTHING_COMPLETED',
      message: `under ${entry.policy} no request is completed: ${why}`,
      hint: hintFor(shortest >= Math.min(limit, blocks), entry),
    },
  ];
}

function hintFor(tooLong: boolean, { requests, rejectionReasons, pools }: RunRecord['entry']): string {
  if (tooLong) return 'raise spec.fleet.pools[].engine.max_model_len, or take a GPU with more memory';
  const [cause] = rejectionReasons ?? [];
  if (requests.timedOut > 0) {
    const waiting = pools.reduce((sum, { meanWaiting = 0 }) => sum + meanWaiting, 0);
    return waiting >= 1
      ? `take more replicas, or raise spec.workload.client.timeout: ${waiting.toFixed(0)} requests wait in their queues in the mean`
      : 'raise spec.workload.client.timeout: replicas start requests at once, so it is too short for the answers';
  }
  if (cause !== undefined)
    return `${cause.count.toLocaleString('en-US')} of them because: ${cause.reason}; ${REMEDIES.get(cause.reason) ?? 'look at spec.workload.client and spec.fleet'}`;
  if (requests.unfinished > 0)
    return 'the run ended before they did: raise spec.measure.limit, or use until: drained';
  return 'look at spec.workload.client and spec.measure';
}

/** What helps against a cause (Refusal of a model server, or what the fleet says of a replica or a client). */
const REMEDIES: ReadonlyMap<string, string> = new Map([
  ['input and output too long', 'raise engine.max_model_len, or ask for shorter answers'],
  ['never fits the KV cache', 'take a GPU with more memory, or a higher tensor_parallel_size'],
  ['queue full', 'raise engine.max_num_queued_reqs, or take more replicas'],
  ['the replica is down', 'look at spec.events'],
  ['no connection', 'raise spec.workload.client.max_connections'],
]);

const WORDS = {
  completed: 'completed',
  rejected: 'rejected',
  failed: 'failed',
  timedOut: 'timed out',
  cancelled: 'cancelled',
  unfinished: 'unfinished at the end',
} as const;
