import { TraceBuilder } from './trace.ts';
import type { TraceFormat } from './trace-format.ts';
import { jsonRows } from './trace-row.ts';

/**
 * The `requests.jsonl` of a recorded vLLM run (as casys-kaist/LLMServingSim writes it): `input_toks`, `output_toks`,
 * `arrival_time` on the wall clock, and `queued_ts`, `scheduled_ts`, `first_token_ts`, `last_token_ts` on the engine's
 * monotonic clock. The two clocks are joined where a request was queued soonest after it had arrived, so measured times
 * are short by that least delay (a few milliseconds at most).
 */
export const vllmRequests: TraceFormat = {
  name: 'vllm-requests',
  read(files, { rows = Infinity }) {
    const digest = files.digest();
    const builder = new TraceBuilder();
    const all = [];
    for (const row of jsonRows(files, digest)) {
      all.push({
        arrival: row.number('arrival_time'),
        inputTokens: row.count('input_toks'),
        outputTokens: row.count('output_toks'),
        queued: row.numberIfThere('queued_ts'),
        scheduled: row.numberIfThere('scheduled_ts'),
        firstToken: row.numberIfThere('first_token_ts'),
        lastToken: row.numberIfThere('last_token_ts'),
      });
      if (all.length >= rows) break;
    }
    const offset = all.reduce(
      (least, { arrival, queued }) => (queued === undefined ? least : Math.min(least, queued - arrival)),
      Infinity,
    );
    for (const { arrival, inputTokens, outputTokens, scheduled, firstToken, lastToken } of all) {
      const since = (time: number | undefined): number | undefined =>
        time === undefined || offset === Infinity ? undefined : time - offset - arrival;
      builder.add({
        arrival,
        inputTokens,
        outputTokens,
        spans: [],
        queueTime: since(scheduled),
        ttft: since(firstToken),
        e2e: since(lastToken),
      });
    }
    return builder.finish({ format: 'vllm-requests', sha256: digest.hex() });
  },
};
