import { invariant } from '../../../base/invariant.ts';
import type { Seconds } from '../../../base/units.ts';
import { arrivalOrder, type ArrivalOrder } from '../trace/arrival-order.ts';
import type { Trace } from '../trace/trace.ts';
import { traceWarnings } from '../trace/trace-warnings.ts';
import { SingleTurn, type Content, type Draft } from './content.ts';

/**
 * A recording as content: its rows in order of arrival, each a request that stands alone (recorded sessions keep their
 * names, and their recorded times). `spread` is the width of the bins that its timestamps were rounded to, 0 = none.
 */
export function traceContent(trace: Trace, spread: Seconds = 0): Content {
  const drafts = Array.from({ length: trace.rows }, (_, row) => new SingleTurn(draftOf(trace, row)));
  let last: { seed: number; order: ArrivalOrder } | undefined;
  const orderOf = (seed: number): ArrivalOrder => {
    if (last === undefined || (last.seed !== seed && spread > 0)) {
      last = { seed, order: arrivalOrder(trace.arrivals, spread, seed) };
    }
    return last.order;
  };
  return {
    identity: { trace: { format: trace.format, sha256: trace.sha256, blockSize: trace.blockSize }, spread },
    warnings: traceWarnings(trace, spread),
    count: trace.rows,
    cyclic: false,
    multiTurn: false,
    hasSessions: trace.sessions !== undefined,
    starts: ({ seed }) => {
      const { times } = orderOf(seed);
      return { at: (index) => times[index] ?? Infinity };
    },
    open({ seed, adapter }) {
      const { rows } = orderOf(seed);
      return {
        conversation: (index) => {
          const draft = drafts[rows[index] ?? -1];
          invariant(draft !== undefined, 'a recording is asked for rows that it has', { index });
          if (adapter === undefined) return draft;
          const only = draft.draft();
          return new SingleTurn({ ...only, prompt: trace.tree.prompt(only.prompt.spans(), adapter) });
        },
      };
    },
  };
}

function draftOf(trace: Trace, row: number): Draft {
  const prompt = trace.prompts[row];
  const session = trace.sessions?.[row];
  const name = trace.classes?.[row];
  const tenant = trace.tenants?.[row];
  invariant(prompt !== undefined, 'every row has a prompt', { row });
  return {
    id: `${row}`,
    prompt,
    outputContent: trace.outputs[row] ?? 0,
    outputTokens: trace.outputTokens[row] ?? 1,
    ...(session !== undefined && { session }),
    ...(name !== undefined && { class: name }),
    ...(tenant !== undefined && { tenant }),
  };
}
