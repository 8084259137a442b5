import { PromptTree, type TreePrompt } from '../../../base/prompt-tree.ts';
import type { ContentId, Span } from '../../../base/prompt.ts';
import type { Seconds, Tokens } from '../../../base/units.ts';

/*
 * A recorded stream of requests, read once and shared by every policy and run. Columns; row r of each is row r of the
 * file. Prompts are built while reading, so that opening the stream costs nothing.
 */
export interface Trace {
  readonly format: string;
  readonly rows: number;
  /** Seconds since the earliest arrival, in file order. */
  readonly arrivals: Float64Array;
  readonly inputTokens: Int32Array;
  readonly outputTokens: Int32Array;
  readonly prompts: readonly TreePrompt[];
  /** Content of each row's output. */
  readonly outputs: Float64Array;
  readonly tree: PromptTree;
  readonly sessions: readonly (string | undefined)[] | undefined;
  readonly classes: readonly (string | undefined)[] | undefined;
  readonly tenants: readonly (string | undefined)[] | undefined;
  /** What the real server did, where the file is the record of a run. */
  readonly measured: MeasuredColumns | undefined;
  /** Whether the format says which prompts share a beginning. */
  readonly knowsPrefixes: boolean;
  /** Tokens per block where the format itself counts in blocks. */
  readonly blockSize: Tokens | undefined;
  readonly warnings: readonly string[];
  /** Of the lines that were read, and of what was done to them. */
  readonly sha256: string;
}

/** Durations in seconds, NaN = not recorded. */
interface MeasuredColumns {
  /** From sending to the first token. */
  readonly ttft: Float64Array;
  /** From sending to the last token. */
  readonly e2e: Float64Array;
  /** From arrival to the first step. */
  readonly queueTime: Float64Array | undefined;
}

export interface TraceRowInput {
  /** Seconds on any clock: the earliest becomes 0. */
  readonly arrival: Seconds;
  readonly inputTokens: Tokens;
  readonly outputTokens: Tokens;
  /** The prompt's known contents; what is missing to `inputTokens` belongs to this row alone. */
  readonly spans: readonly Span[];
  readonly session?: string | undefined;
  readonly class?: string | undefined;
  readonly tenant?: string | undefined;
  readonly ttft?: Seconds | undefined;
  readonly e2e?: Seconds | undefined;
  readonly queueTime?: Seconds | undefined;
}

/** Fixed facts of a trace, which its reader knows; most formats say nothing of prefixes and blocks. */
export type TraceFacts = Pick<Trace, 'format' | 'sha256'> &
  Partial<Pick<Trace, 'knowsPrefixes' | 'blockSize'>>;

/** Collects rows into a Trace. Contents that rows share have positive ids, from 1. */
export class TraceBuilder {
  readonly tree = new PromptTree();
  private readonly arrivals: number[] = [];
  private readonly inputTokens: number[] = [];
  private readonly outputTokens: number[] = [];
  private readonly prompts: TreePrompt[] = [];
  private readonly outputs: ContentId[] = [];
  private readonly sessions: (string | undefined)[] = [];
  private readonly classes: (string | undefined)[] = [];
  private readonly tenants: (string | undefined)[] = [];
  private readonly ttfts: number[] = [];
  private readonly e2es: number[] = [];
  private readonly queueTimes: number[] = [];
  private empty = 0;

  add(row: TraceRowInput): void {
    if (row.inputTokens < 1 || row.outputTokens < 1) this.empty++;
    const inputTokens = Math.max(1, row.inputTokens);
    const known = row.spans.reduce((sum, span) => sum + span.tokens, 0);
    const spans =
      known < inputTokens
        ? [...row.spans, { content: this.tree.privateContent(), start: 0, tokens: inputTokens - known }]
        : row.spans;
    this.arrivals.push(row.arrival);
    this.inputTokens.push(inputTokens);
    this.outputTokens.push(Math.max(1, row.outputTokens));
    this.prompts.push(this.tree.prompt(spans));
    this.outputs.push(this.tree.privateContent());
    this.sessions.push(row.session);
    this.classes.push(row.class);
    this.tenants.push(row.tenant);
    this.ttfts.push(row.ttft ?? NaN);
    this.e2es.push(row.e2e ?? NaN);
    this.queueTimes.push(row.queueTime ?? NaN);
  }

  get rows(): number {
    return this.arrivals.length;
  }

  finish({ format, sha256, knowsPrefixes = false, blockSize }: TraceFacts): Trace {
    const first = this.arrivals.reduce((least, arrival) => Math.min(least, arrival), Infinity);
    const measured =
      this.ttfts.some((ttft) => !Number.isNaN(ttft)) || this.e2es.some((e2e) => !Number.isNaN(e2e));
    const queued = this.queueTimes.some((time) => !Number.isNaN(time));
    return {
      format,
      knowsPrefixes,
      blockSize,
      sha256,
      rows: this.rows,
      arrivals: Float64Array.from(this.arrivals, (arrival) => arrival - first),
      inputTokens: Int32Array.from(this.inputTokens),
      outputTokens: Int32Array.from(this.outputTokens),
      prompts: this.prompts,
      outputs: Float64Array.from(this.outputs),
      tree: this.tree,
      sessions: columnOf(this.sessions),
      classes: columnOf(this.classes),
      tenants: columnOf(this.tenants),
      measured: measured
        ? {
            ttft: Float64Array.from(this.ttfts),
            e2e: Float64Array.from(this.e2es),
            queueTime: queued ? Float64Array.from(this.queueTimes) : undefined,
          }
        : undefined,
      warnings:
        this.empty === 0 ? [] : [`${this.empty} rows without input or output tokens count as one token each`],
    };
  }
}

function columnOf(values: readonly (string | undefined)[]): readonly (string | undefined)[] | undefined {
  return values.some((value) => value !== undefined) ? values : undefined;
}
