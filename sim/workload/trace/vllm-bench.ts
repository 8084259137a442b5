import { UserError } from '../../../base/user-error.ts';
import { jsonDocument, within } from './json-document.ts';
import { TraceBuilder } from './trace.ts';
import type { TraceFormat } from './trace-format.ts';
import { TraceRow } from './trace-row.ts';

/**
 * The result of `vllm bench serve --save-result --save-detailed` (vllm/benchmarks/serve.py): one JSON object with a list
 * per column. A request starts at `start_times`; its first token comes `ttfts` later and each other one of `itls` after the
 * one before, all in seconds. A request with an error is played and was not measured.
 */
export const vllmBench: TraceFormat = {
  name: 'vllm-bench',
  read(files, { rows = Infinity }) {
    const digest = files.digest();
    const document = jsonDocument(files, digest);
    const column = (key: string): readonly unknown[] => {
      const values = within(document, key);
      if (Array.isArray(values)) return values;
      throw new UserError({
        code: 'E_TRACE_FIELD',
        message: `"${key}" is missing: the file holds no single requests`,
        at: { file: files.path },
        hint: 'run `vllm bench serve` with --save-result and --save-detailed, in a version that writes start_times',
      });
    };
    const starts = column('start_times');
    const columns = (['input_lens', 'output_lens', 'ttfts'] as const).map(
      (key) => [key, column(key)] as const,
    );
    const gaps = column('itls');
    const errors = within(document, 'errors');
    const builder = new TraceBuilder();
    for (let k = 0; k < Math.min(starts.length, rows); k++) {
      const row = new TraceRow(
        Object.fromEntries([['start_time', starts[k]], ...columns.map(([key, values]) => [key, values[k]])]),
        files.path,
        `request ${k}`,
      );
      const failed = Array.isArray(errors) && typeof errors[k] === 'string' && errors[k] !== '';
      const ttft = failed ? undefined : row.number('ttfts');
      builder.add({
        arrival: row.number('start_time'),
        inputTokens: row.count('input_lens'),
        outputTokens: failed ? 1 : row.count('output_lens'),
        spans: [],
        ttft,
        e2e: ttft === undefined ? undefined : ttft + sumOf(gaps[k]),
      });
    }
    return builder.finish({ format: 'vllm-bench', sha256: digest.hex() });
  },
};

function sumOf(gaps: unknown): number {
  const list: readonly unknown[] = Array.isArray(gaps) ? gaps : [];
  return list.reduce<number>((sum, gap) => sum + (typeof gap === 'number' ? gap : 0), 0);
}
