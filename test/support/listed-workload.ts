import { PromptTree } from '../../base/prompt-tree.ts';
import type { Seconds } from '../../base/units.ts';
import type { Request, RequestSource, RequestStatus } from '../../sim/workload/request.ts';
import type { Workload } from '../../sim/workload/workload.ts';

/** Requests as a test writes them down. */
export interface ListedRequest {
  readonly arrival: Seconds;
  readonly input: number;
  readonly output: number;
}

/** Plays a list of requests at their times and remembers how each ended. */
export function listedWorkload(list: readonly ListedRequest[], finish: 'eos' | 'length' = 'eos') {
  const endings = new Map<number, RequestStatus>();
  const open = (): RequestSource => {
    const tree = new PromptTree();
    let position = 0;
    return {
      closedLoop: false,
      lastArrival: list.at(-1)?.arrival ?? 0,
      count: list.length,
      peek: () => list[position]?.arrival,
      next: () => {
        const row = list[position];
        return row && requestOf(row, position++, tree);
      },
      ended: (request, status) => {
        endings.set(request.index, status);
      },
    };
  };
  const workload: Workload = { open, sha256: 'listed', finish, hasSessions: false };
  return { workload, endings };
}

function requestOf({ arrival, input, output }: ListedRequest, index: number, tree: PromptTree): Request {
  return {
    index,
    id: String(index),
    arrival,
    prompt: tree.prompt([{ content: tree.privateContent(), start: 0, tokens: input }]),
    outputContent: tree.privateContent(),
    outputTokens: output,
  };
}
