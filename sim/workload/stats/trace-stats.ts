import { quantileSorted } from 'simple-statistics';

import type { Tokens } from '../../../base/units.ts';
import type { TraceFigures } from '../../../documents/trace-stats.ts';
import { traceWarnings } from '../trace/trace-warnings.ts';
import type { Trace } from '../trace/trace.ts';
import { blockRanges } from './block-ranges.ts';
import { lruHits } from './lru-hits.ts';

export interface TraceStatsOptions {
  /** Capacities of LRU pools, in tokens. */
  readonly lruTokens?: readonly Tokens[];
  /** Tokens per block; undefined = the trace's own, or 16, vLLM's default, for pools where it has none. */
  readonly blockSize?: Tokens | undefined;
}

/** vLLM's default block size (vllm/config/cache.py). */
const ENGINE_BLOCK_SIZE = 16;

/** What there is to know of a trace before it is played. */
export function traceStats(trace: Trace, options: TraceStatsOptions = {}): TraceFigures {
  const arrivals = trace.arrivals.toSorted();
  const duration = (arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0);
  const cv = variationOfGaps(arrivals);
  const sessions = sessionsOf(trace);
  return {
    requests: trace.rows,
    durationSeconds: duration,
    ...(duration > 0 && { ratePerSecond: trace.rows / duration }),
    ...(cv !== undefined && { interarrivalCv: cv }),
    inputTokens: tokensOf(trace.inputTokens),
    outputTokens: tokensOf(trace.outputTokens),
    ...(sessions !== undefined && { sessions }),
    ...(trace.knowsPrefixes && { prefixReuse: prefixReuse(trace, options) }),
    warnings: traceWarnings(trace),
  };
}

function prefixReuse(trace: Trace, { lruTokens = [], blockSize }: TraceStatsOptions) {
  const total = trace.inputTokens.reduce((sum, tokens) => sum + tokens, 0);
  const share = (tokens: Tokens, slots: number): number => {
    const ranges = blockRanges(trace.prompts, tokens);
    return lruHits(ranges, trace.inputTokens, tokens, slots).reduce((sum, hit) => sum + hit, 0) / total;
  };
  const own = blockSize ?? trace.blockSize;
  const poolBlock = own ?? ENGINE_BLOCK_SIZE;
  return {
    blockSize: poolBlock,
    infiniteCacheHitTokenShare: share(own ?? 1, Infinity),
    lru: lruTokens.map((capacityTokens) => ({
      capacityTokens,
      hitTokenShare: share(poolBlock, Math.floor(capacityTokens / poolBlock)),
    })),
  };
}

function sessionsOf({ sessions, rows }: Trace): TraceFigures['sessions'] {
  if (sessions === undefined) return undefined;
  const named = sessions.filter((session) => session !== undefined);
  const alone = rows - named.length;
  const count = new Set(named).size + alone;
  return { count, turnsMean: rows / count };
}

/** Undefined under two gaps, and when all are 0. */
function variationOfGaps(arrivals: Float64Array): number | undefined {
  const gaps = arrivals.subarray(1).map((time, index) => time - (arrivals[index] ?? 0));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  if (gaps.length < 2 || mean === 0) return undefined;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) * (gap - mean), 0) / gaps.length;
  return Math.sqrt(variance) / mean;
}

function tokensOf(values: Int32Array): TraceFigures['inputTokens'] {
  const sorted = Array.from(values.toSorted());
  const sum = values.reduce((total, value) => total + value, 0);
  return {
    mean: sum / values.length,
    p50: quantileSorted(sorted, 0.5),
    p90: quantileSorted(sorted, 0.9),
    p99: quantileSorted(sorted, 0.99),
    max: quantileSorted(sorted, 1),
    sum,
  };
}
