import type { RunEntry } from '../documents/run-report.ts';

/** Mean lengths of completed requests, from their throughput; undefined when nothing was completed. */
export function tokensPerRequest({
  requestsPerSecond = 0,
  inputTokensPerSecond,
  outputTokensPerSecond,
}: RunEntry['throughput']): { readonly input: number | undefined; readonly output: number | undefined } {
  const each = (perSecond: number | undefined): number | undefined =>
    perSecond === undefined || !(requestsPerSecond > 0) ? undefined : perSecond / requestsPerSecond;
  return { input: each(inputTokensPerSecond), output: each(outputTokensPerSecond) };
}
