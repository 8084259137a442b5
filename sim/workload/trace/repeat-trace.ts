import { sha256 } from '../../../base/sha256.ts';
import { TraceBuilder, type Trace } from './trace.ts';

/**
 * A trace played `copies` times end to end. No copy shares anything with another: contents and sessions are renamed.
 * A copy begins one mean gap after the last arrival of the one before.
 */
export function repeatTrace(trace: Trace, copies: number): Trace {
  if (copies === 1) return trace;
  const builder = new TraceBuilder();
  const last = trace.arrivals.reduce((most, arrival) => Math.max(most, arrival), 0);
  const period = last + last / Math.max(1, trace.rows - 1);
  const contents = contentsOf(trace);
  for (let copy = 0; copy < copies; copy++) {
    for (let row = 0; row < trace.rows; row++) {
      const spans = trace.prompts[row]?.spans() ?? [];
      const session = trace.sessions?.[row];
      builder.add({
        arrival: copy * period + (trace.arrivals[row] ?? 0),
        inputTokens: trace.inputTokens[row] ?? 0,
        outputTokens: trace.outputTokens[row] ?? 0,
        spans: spans
          .filter(({ content }) => content > 0)
          .map((span) => ({ ...span, content: span.content + copy * contents })),
        session: session === undefined ? undefined : `${session}#${copy}`,
        class: trace.classes?.[row],
        tenant: trace.tenants?.[row],
      });
    }
  }
  return {
    ...builder.finish({ ...trace, sha256: sha256(`${trace.sha256} x ${copies}`) }),
    warnings: trace.warnings,
  };
}

/** Shared contents are numbered from 1. */
function contentsOf(trace: Trace): number {
  let most = 0;
  for (const prompt of trace.prompts) {
    for (const { content } of prompt.spans()) most = Math.max(most, content);
  }
  return most;
}
