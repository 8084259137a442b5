import type { Blocks, Seconds, Tokens } from '../base/units.ts';

/**
 * What the last scrape of a model server said. Scorers use it however old it is; only the utilization detector looks
 * at its age. Source: pkg/epp/framework/interface/datalayer (Metrics) of llm-d-router at ebab6879.
 */
export interface Metrics {
  /** Requests in the server's waiting queue. */
  readonly waiting: number;
  /** Requests in the server's running batch. */
  readonly running: number;
  /** Share of KV blocks in use, 0 to 1 (servers have been seen to report more). */
  readonly kvUsage: number;
  /** Tokens per KV block of the engine; 0 = not reported. */
  readonly blockSize: Tokens;
  /** KV blocks of the engine; 0 = not reported. */
  readonly numBlocks: Blocks;
  /** Requests per LoRA adapter that is loaded, and per adapter that waits. */
  readonly activeAdapters: Readonly<Record<string, number>>;
  readonly waitingAdapters: Readonly<Record<string, number>>;
  /** Adapter slots. */
  readonly maxActiveAdapters: number;
  /** When the scrape was taken; undefined = never scraped. */
  readonly updatedAt: Seconds | undefined;
}

/** A server that has not been scraped: all zero, as the picker starts it. */
export const NO_METRICS: Metrics = {
  waiting: 0,
  running: 0,
  kvUsage: 0,
  blockSize: 0,
  numBlocks: 0,
  activeAdapters: {},
  waitingAdapters: {},
  maxActiveAdapters: 0,
  updatedAt: undefined,
};
