import type { Seconds, Tokens } from '../base/units.ts';
import { BLOCK_TOKENS, type DemandRow } from './demand.ts';
import { lastAtMost } from './last-at-most.ts';

interface OwnTokensInput {
  readonly rows: readonly DemandRow[];
  /** Multiple of the workload's load: arrivals are so many times as dense. */
  readonly load: number;
  /** The smallest block of any prefix cache. */
  readonly blockTokens: Tokens;
  /** Which target's end. */
  readonly until: 'first token' | 'last token';
}

/**
 * Per request the prompt tokens that it shares with no other in whatever fleet it meets its targets: those behind the longest
 * beginning that any other request has which arrives before the end of its TTFT target, or of all its targets. Until its
 * first token it computes those, until its last one it holds their KV alone. At least one (vLLM computes the last token
 * always). One where nobody knows when it arrives.
 */
export function ownTokens({ rows, load, blockTokens, until }: OwnTokensInput): Float64Array {
  const own = new Float64Array(rows.length).fill(1);
  const earliest = ({ isFixed, arrival }: DemandRow): Seconds => (isFixed ? arrival / load : -Infinity);
  const holders = new Holders(rows);
  const order = rows.map((_, row) => row);
  const arrivals = rows.map(earliest);
  order.sort((a, b) => (arrivals[a] ?? 0) - (arrivals[b] ?? 0));
  for (const row of order) {
    const of = rows[row];
    if (of !== undefined) holders.add(of, arrivals[row] ?? 0);
  }
  const partial = blockTokens % BLOCK_TOKENS === 0 ? 0 : BLOCK_TOKENS - 1;
  for (const [index, row] of rows.entries()) {
    if (!row.isFixed) continue;
    const { ttft = Infinity, tpot = Infinity, e2e = Infinity } = row.targets;
    const gaps = Math.max(0, row.outputTokens - 1);
    const slack = until === 'first token' ? ttft : Math.min(e2e, ttft + (gaps === 0 ? 0 : tpot * gaps));
    const deadline = row.arrival / load + slack;
    own[index] = Math.max(1, row.inputTokens - BLOCK_TOKENS * holders.shared(row, deadline) - partial);
  }
  return own;
}

/** Of every key the two earliest arrivals of different sessions that have it, by intervals within which all keys are alike. */
class Holders {
  /** Where intervals begin, ascending. */
  private readonly starts: Float64Array;
  private readonly first: Float64Array;
  private readonly firstSession: Float64Array;
  private readonly second: Float64Array;

  constructor(rows: readonly DemandRow[]) {
    const edges = rows.flatMap(({ runs }) =>
      runs.flatMap(({ firstKey, count }) => [firstKey, firstKey + count]),
    );
    this.starts = Float64Array.from(new Set(edges)).sort();
    const { length } = this.starts;
    this.first = new Float64Array(length).fill(Infinity);
    this.firstSession = new Float64Array(length).fill(-1);
    this.second = new Float64Array(length).fill(Infinity);
  }

  /** In order of arrival. */
  add({ runs, session }: DemandRow, arrival: Seconds): void {
    for (const { firstKey, count } of runs) {
      for (
        let at = lastAtMost(this.starts, firstKey);
        (this.starts[at] ?? Infinity) < firstKey + count;
        at++
      ) {
        if (this.firstSession[at] === -1) {
          this.first[at] = arrival;
          this.firstSession[at] = session;
        } else if (this.firstSession[at] !== session && this.second[at] === Infinity) {
          this.second[at] = arrival;
        }
      }
    }
  }

  /** Leading blocks that another session's request has which arrives before `deadline`. */
  shared({ runs, session }: DemandRow, deadline: Seconds): number {
    let blocks = 0;
    for (const { firstKey, count } of runs) {
      for (
        let at = lastAtMost(this.starts, firstKey);
        (this.starts[at] ?? Infinity) < firstKey + count;
        at++
      ) {
        const other = (this.firstSession[at] === session ? this.second[at] : this.first[at]) ?? Infinity;
        if (other >= deadline) return blocks;
        blocks += (this.starts[at + 1] ?? Infinity) - (this.starts[at] ?? 0);
      }
    }
    return blocks;
  }
}
