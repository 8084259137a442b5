import type { KeyRun } from '../base/prompt.ts';
import type { Seconds, Tokens } from '../base/units.ts';
import type { RunInput } from '../sim/fleet/run-input.ts';
import { targetsOf, type SloTargets } from '../sim/metrics/slo.ts';
import { longestLife } from './give-up.ts';

type Workload = RunInput['workload'];
type Request = NonNullable<ReturnType<ReturnType<Workload['open']>['next']>>;

/** What a workload asks of any fleet, whatever its size. */
export interface Demand {
  readonly requests: number;
  /** First arrival to last; at least one second. */
  readonly seconds: Seconds;
  readonly inputTokens: Tokens;
  /** Input tokens that not even one cache for everybody, which forgets nothing, would find. */
  readonly uniqueTokens: Tokens;
  readonly outputTokens: Tokens;
  /** Mean over output tokens of the tokens before them. */
  readonly meanContext: Tokens;
  /** Input and output of the largest request. */
  readonly largest: Tokens;
  /** In order of arrival. */
  readonly rows: readonly DemandRow[];
}

/** One request of a workload. */
export interface DemandRow {
  readonly arrival: Seconds;
  /** Whether it arrives then whatever the fleet does, and nothing but prompts of others can have computed its beginning. */
  readonly isFixed: boolean;
  /** Equal for requests of one session, else unique. */
  readonly session: number;
  readonly inputTokens: Tokens;
  readonly outputTokens: Tokens;
  /** Keys of its whole blocks of `BLOCK_TOKENS`. */
  readonly runs: readonly KeyRun[];
  readonly targets: SloTargets;
}

/** Tokens per block in which equal beginnings are told: vLLM's default block size (vllm/config/cache.py). */
export const BLOCK_TOKENS = 16;

export interface DemandOptions {
  readonly slo: RunInput['slo'];
  /** Whether the client may hold requests back: then none arrives at a fixed time. */
  readonly holdsBack: boolean;
}

/**
 * Takes every request of a workload once. Where a request waits for the end of another one (sessions), each one is taken
 * to last as long as the SLO allows; where that is no finite time, it counts as none.
 */
export function demandOf(workload: Workload, seed: number, { slo, holdsBack }: DemandOptions): Demand {
  const source = workload.open(seed);
  const isOpen = !holdsBack && !source.closedLoop && source.stages === undefined;
  const open: { readonly request: Request; readonly end: Seconds }[] = [];
  const runs: KeyRun[] = [];
  const rows: DemandRow[] = [];
  const sessions = new Map<string, number>();
  const outputs = new Set<number>();
  let [requests, inputTokens, outputTokens, contextSum, largest, whole] = [0, 0, 0, 0, 0, 0];
  let [first, last] = [Infinity, 0];
  for (;;) {
    const arrival = source.peek();
    const next = open[0];
    if (next !== undefined && (arrival === undefined || next.end <= arrival)) {
      pop(open);
      source.ended(next.request, 'completed', next.end);
      continue;
    }
    const request = arrival === undefined ? undefined : source.next();
    if (request === undefined || arrival === undefined) break;
    const { length } = request.prompt;
    requests++;
    inputTokens += length;
    outputTokens += request.outputTokens;
    contextSum += request.outputTokens * (length + request.outputTokens / 2);
    largest = Math.max(largest, length + request.outputTokens);
    first = Math.min(first, arrival);
    last = Math.max(last, arrival);
    const own = request.prompt.keys(BLOCK_TOKENS);
    for (const run of own) {
      runs.push(run);
      whole += run.count;
    }
    const known = request.session === undefined ? undefined : sessions.get(request.session);
    const session = known ?? requests;
    if (request.session !== undefined) sessions.set(request.session, session);
    outputs.add(request.outputContent);
    rows.push({
      arrival,
      isFixed:
        isOpen && known === undefined && !request.prompt.spans().some(({ content }) => outputs.has(content)),
      session,
      inputTokens: length,
      outputTokens: request.outputTokens,
      runs: own,
      targets: slo === undefined ? {} : targetsOf(slo, request.class),
    });
    const life = longestLife(request, slo);
    push(open, { request, end: arrival + (Number.isFinite(life) ? life : 0) });
  }
  return {
    requests,
    seconds: Math.max(1, last - first),
    inputTokens,
    uniqueTokens: inputTokens - BLOCK_TOKENS * (whole - distinct(runs)),
    outputTokens,
    meanContext: outputTokens === 0 ? 0 : contextSum / outputTokens,
    largest,
    rows,
  };
}

/** How many keys stand in the runs, each counted once. */
function distinct(runs: KeyRun[]): number {
  let count = 0;
  let covered = -Infinity;
  for (const { firstKey, count: length } of runs.sort((a, b) => a.firstKey - b.firstKey)) {
    const from = Math.max(firstKey, covered);
    count += Math.max(0, firstKey + length - from);
    covered = Math.max(covered, firstKey + length);
  }
  return count;
}

/* A binary heap by `end`. */

function push<T extends { readonly end: number }>(heap: T[], item: T): void {
  let place = heap.push(item) - 1;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || above.end <= item.end) break;
    heap[place] = above;
    place = parent;
  }
  heap[place] = item;
}

function pop<T extends { readonly end: number }>(heap: T[]): void {
  const item = heap.pop();
  if (item === undefined || heap.length === 0) return;
  let place = 0;
  for (;;) {
    const left = 2 * place + 1;
    const child = (heap[left + 1]?.end ?? Infinity) < (heap[left]?.end ?? Infinity) ? left + 1 : left;
    const below = heap[child];
    if (below === undefined || below.end >= item.end) break;
    heap[place] = below;
    place = child;
  }
  heap[place] = item;
}
