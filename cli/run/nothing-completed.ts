import { UserError } from '../../base/user-error.ts';
import { COMPLETED, REQUEST_STATUSES } from '../../documents/request-table.ts';
import type { RunRecord } from '../../documents/run-record.ts';
import type { PoolInput } from '../../sim/fleet/run-input.ts';

/** Throws UserError when no request of a run was completed: there is nothing to report, and this says why. */
export function refuseEmptyRun({ entry, requests }: RunRecord, pools: readonly PoolInput[]): void {
  if (requests.status.includes(COMPLETED)) return;
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
  throw new UserError({
    code: 'E_NOTHING_COMPLETED',
    message: `under ${entry.policy} no request is completed: ${why}`,
    hint: hintFor(shortest >= Math.min(limit, blocks), entry.requests),
  });
}

function hintFor(tooLong: boolean, requests: RunRecord['entry']['requests']): string {
  if (tooLong) return 'raise spec.fleet.pools[].engine.max_model_len, or take a GPU with more memory';
  if (requests.timedOut > 0) return 'raise spec.workload.client.timeout, or take more replicas';
  if (requests.unfinished > 0)
    return 'the run ended before they did: raise spec.measure.limit, or use until: drained';
  return 'look at spec.workload.client and spec.measure';
}

const WORDS = {
  completed: 'completed',
  rejected: 'rejected',
  failed: 'failed',
  timedOut: 'timed out',
  cancelled: 'cancelled',
  unfinished: 'unfinished at the end',
} as const;
