import type { Seconds, Tokens } from '../base/units.ts';
import type { DemandRow } from './demand.ts';
import { lastAtMost } from './last-at-most.ts';
import type { StepFloor } from './step-floor.ts';

export interface ReplicasInput {
  readonly rows: readonly DemandRow[];
  /** Per row: tokens that it has to compute; see `ownTokens`. */
  readonly own: Float64Array;
  /** Per row: tokens whose KV no other request holds with it; see `ownTokens`. */
  readonly held: Float64Array;
  /** Tokens whose KV a replica holds; infinite where old ones are dropped while a request runs. */
  readonly kvTokens: Tokens;
  readonly load: number;
  readonly attainment: number;
  readonly floor: StepFloor;
  /** Most tokens of a step. */
  readonly chunkTokens: number;
  /** Whether tokens are sent as they come; else the first one arrives with the last, and there is no TPOT. */
  readonly streaming: boolean;
  readonly warmup: Seconds;
}

/** What no number of replicas below a bound can do. */
export interface LeastReplicas {
  /** No fewer replicas of this kind keep the SLO. */
  readonly atLeast: number;
  /** Replicas, as a fraction, by the tokens that have to be computed alone: additive over kinds. */
  readonly work: number;
  /** Replicas, as a fraction, by the KV that decoding requests hold alone: additive over kinds. */
  readonly memory: number;
  /**
   * Share of the requests that are late even on a replica of their own, and the target that most of them miss; undefined
   * where the SLO lets so many miss.
   */
  readonly lateAlone: { readonly share: number; readonly target: 'TTFT' | 'TPOT' | 'E2E' } | undefined;
}

/** Beyond this a bound is not looked for. */
const MOST_REPLICAS = 4096;

/** Lengths of windows, as shares of the whole. A choice: all of them bound, the largest bound counts. */
const WINDOWS = [1, 4, 16, 64, 256, 1024];

/**
 * A proof by work: the requests of any window that meet their targets are computed between its begin and the last of
 * their deadlines, and steps take no less than `floor` says. Another one by memory: each step of a decoding request takes at
 * least the shortest step, and all along the replica holds its context. Those that a fleet lets miss are, in each window,
 * the ones with most work. Where windows that share no request need more misses in all than the SLO allows, the fleet is
 * too small.
 */
export function leastReplicas(input: ReplicasInput): LeastReplicas {
  const { rows, own, held, kvTokens, load, attainment, floor, chunkTokens, streaming, warmup } = input;
  const counted = rows.flatMap((row, index) =>
    row.arrival / load < warmup ? [] : [{ row, own: own[index] ?? 1, held: held[index] ?? 1 }],
  );
  const budget = Math.floor((1 - attainment) * counted.length + 1e-9);
  const lateBy = { TTFT: 0, TPOT: 0, E2E: 0 };
  const prefill: Job[] = [];
  const both: Job[] = [];
  const decode: Job[] = [];
  const kv: Job[] = [];
  const tokens: Job[] = [];
  const memory: Job[] = [];
  const shortest = floor.decode(1);
  for (const { row, own: computed, held: alone } of counted) {
    const { ttft = Infinity, tpot = Infinity, e2e = Infinity } = row.targets;
    const gaps = Math.max(0, row.outputTokens - 1);
    const first = floor.perToken * computed + floor.perPair * pairs(computed, row.inputTokens, chunkTokens);
    const each = floor.decode(row.inputTokens);
    const arrival = row.arrival / load;
    const untilFirst = Math.min(ttft, e2e);
    const untilLast = Math.min(e2e, streaming ? ttft + (gaps === 0 ? 0 : tpot * gaps) : ttft);
    // Tokens times steps: before its gap k a request holds its prompt and k - 1 tokens of its answer.
    const heldSteps = gaps * alone + (gaps * (gaps - 1)) / 2;
    if (row.isFixed) {
      tokens.push({ arrival, work: floor.perToken * computed, slack: untilFirst });
      memory.push({ arrival, work: (heldSteps * shortest) / kvTokens, slack: untilLast });
    }
    const missed =
      first > untilFirst
        ? 'TTFT'
        : streaming && gaps > 0 && each > tpot
          ? 'TPOT'
          : first + gaps * each > untilLast
            ? 'E2E'
            : undefined;
    if (missed !== undefined) {
      lateBy[missed]++;
      continue;
    }
    if (!row.isFixed) continue;
    const context = gaps * row.inputTokens + (gaps * (gaps + 1)) / 2;
    prefill.push({ arrival, work: first, slack: untilFirst });
    both.push({ arrival, work: first + floor.perContext * context, slack: untilLast });
    kv.push({ arrival, work: (heldSteps * each) / kvTokens, slack: untilLast });
    decode.push({ arrival, work: floor.perRow * gaps + floor.perRowContext * context, slack: untilLast });
  }
  const fits = [prefill, both, decode, kv].flatMap((jobs) => windowsOf(jobs));
  const missing = (capacity: number, splits: readonly (readonly Window[])[]): number =>
    Math.max(
      0,
      ...splits.map((windows) => windows.reduce((sum, window) => sum + dropsOf(window, capacity), 0)),
    );
  const late = lateBy.TTFT + lateBy.TPOT + lateBy.E2E;
  const targets = ['TTFT', 'TPOT', 'E2E'] as const;
  const [target] = targets.toSorted((a, b) => lateBy[b] - lateBy[a]);
  const enough = (capacity: number): boolean => late + missing(capacity, fits) <= budget;
  const plain = windowsOf(tokens);
  const inMemory = windowsOf(memory);
  return {
    atLeast: late > budget ? 1 : leastWhole(enough),
    work: leastReal((capacity) => missing(capacity, plain) <= budget),
    memory: leastReal((capacity) => missing(capacity, inMemory) <= budget),
    lateAlone: late <= budget || target === undefined ? undefined : { share: late / counted.length, target },
  };
}

/** Least sum over the chunks of a prompt of their tokens times the tokens before them: all chunks as large as may be. */
function pairs(computed: number, input: number, chunkTokens: number): number {
  let sum = 0;
  for (let done = input - computed; done < input; done += chunkTokens) {
    sum += Math.min(chunkTokens, input - done) * done;
  }
  return sum;
}

interface Job {
  readonly arrival: Seconds;
  /** Seconds of a replica. */
  readonly work: Seconds;
  /** From the arrival to the moment by which it is done. */
  readonly slack: Seconds;
}

interface Window {
  /** From the first arrival to the last deadline. */
  readonly seconds: Seconds;
  /** Sums of the work of the n smallest jobs, n = 0, 1, 2, … */
  readonly sums: Float64Array;
}

/** The jobs cut into windows, in several ways. */
function windowsOf(jobs: readonly Job[]): Window[][] {
  const [first] = jobs;
  const last = jobs.at(-1);
  if (first === undefined || last === undefined) return [];
  const whole = last.arrival - first.arrival;
  return WINDOWS.map((parts) => {
    const groups = new Map<number, Job[]>();
    for (const job of jobs) {
      const part = Math.floor(((job.arrival - first.arrival) / (whole || 1)) * parts);
      const group = groups.get(part);
      if (group === undefined) groups.set(part, [job]);
      else group.push(job);
    }
    return [...groups.values()].map(windowOf);
  });
}

function windowOf(jobs: readonly Job[]): Window {
  const end = jobs.reduce((latest, { arrival, slack }) => Math.max(latest, arrival + slack), 0);
  const work = Float64Array.from(jobs, (job) => job.work).sort();
  const sums = new Float64Array(work.length + 1);
  for (const [index, seconds] of work.entries()) sums[index + 1] = (sums[index] ?? 0) + seconds;
  return { seconds: end - (jobs[0]?.arrival ?? 0), sums };
}

/** Jobs of a window that so many replicas cannot do in time. */
function dropsOf({ seconds, sums }: Window, replicas: number): number {
  return sums.length - 1 - lastAtMost(sums, seconds * replicas);
}

function leastWhole(enough: (replicas: number) => boolean): number {
  let [low, high] = [1, 1];
  while (!enough(high) && high < MOST_REPLICAS) [low, high] = [high + 1, 2 * high];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (enough(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** From below, to a thousandth. */
function leastReal(enough: (replicas: number) => boolean): number {
  let [low, high] = [0, 1];
  while (!enough(high) && high < MOST_REPLICAS) [low, high] = [high, 2 * high];
  while (high - low > 1e-3 * high && high > 1e-9) {
    const middle = (low + high) / 2;
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return low;
}
