import { canonicalJson } from '../../base/canonical-json.ts';
import { unreachable } from '../../base/invariant.ts';
import { PromptTree } from '../../base/prompt-tree.ts';
import { sha256 } from '../../base/sha256.ts';
import type { Seconds } from '../../base/units.ts';
import { UserError, type Problem } from '../../base/user-error.ts';
import type { Content, Place, Starts } from './content/content.ts';
import { resampled } from './content/resampled.ts';
import { ClosedLoop } from './load/closed-loop.ts';
import { Ladder } from './load/ladder.ts';
import { requestsOf, type Load } from './load/load.ts';
import { OpenLoop } from './load/open-loop.ts';
import { Script } from './load/script.ts';
import { SlotLoop } from './load/slot-loop.ts';
import type { RequestSource } from './request.ts';
import type { Workload } from './workload.ts';

export interface WorkloadOptions {
  readonly content: Content;
  readonly load: Load;
  readonly finish: 'eos' | 'length';
  /** Play the first so many requests only. */
  readonly requests?: number | undefined;
  /** Each seed plays the content of seed `contentSeed` as it might have come instead. */
  readonly replications?: { readonly contentSeed: number; readonly jitter: number } | undefined;
  /** Traffic that is made worse on purpose. */
  readonly reshaped?: Reshaping | undefined;
}

/** A change of content under a name, which is part of the workload's digest. */
export interface Reshaping {
  readonly name: string;
  readonly apply: (content: Content) => Content;
}

/**
 * Content played under a load. Throws UserError when the two do not go together: times that the content does not have,
 * more requests than it has, rates for conversations.
 */
export function makeWorkload(options: WorkloadOptions): Workload {
  const { content, load, finish, requests, replications, reshaped } = options;
  const shape = reshaped?.apply ?? ((unchanged: Content): Content => unchanged);
  const problem = mismatch(content, load, requests);
  if (problem !== undefined) throw new UserError(problem);
  const limit = requests ?? Infinity;
  return {
    finish,
    hasSessions: content.hasSessions,
    sha256: sha256(
      canonicalJson({ content: content.identity, load, finish, requests, reshaped: reshaped?.name }),
    ),
    open(seed) {
      if (replications === undefined)
        return openSource(shape(content), load, { seed, contentSeed: seed, finish, limit });
      const { contentSeed, jitter } = replications;
      const drawn = shape(resampled(content, { seed, jitter }));
      return openSource(drawn, load, { seed, contentSeed, finish, limit });
    },
  };
}

interface Opening {
  readonly seed: number;
  readonly contentSeed: number;
  readonly finish: 'eos' | 'length';
  readonly limit: number;
}

function openSource(
  content: Content,
  load: Load,
  { seed, contentSeed, finish, limit }: Opening,
): RequestSource {
  const tree = new PromptTree();
  let contents = 0;
  const place: Place = {
    seed: contentSeed,
    tree,
    sharedContent: () => ++contents,
    name: '',
    class: undefined,
    priority: undefined,
  };
  const script = new Script(content, place, finish);
  switch (load.kind) {
    case 'open': {
      const starts = startsOf(content, place);
      const conversations = Math.min(content.count ?? Infinity, limit);
      const lastStart = content.multiTurn ? undefined : startOf(startsOf(content, place), conversations - 1);
      return new OpenLoop({ script, starts, conversations, limit, rateScale: load.rateScale, lastStart });
    }
    case 'closed': {
      const { concurrency, requests = Infinity } = load;
      if (script.bySlot)
        return new SlotLoop({ script, concurrency, limit: Math.min(limit, requests), start: 0 });
      const conversations = load.requests === undefined ? (content.count ?? Infinity) : Infinity;
      const most = Math.min(limit, requests, content.multiTurn ? Infinity : conversations);
      return new ClosedLoop({ script, concurrency, conversations, limit: most, start: 0 });
    }
    case 'stages':
      return new Ladder({ script, load, seed, limit });
    default:
      return unreachable(load);
  }
}

function startsOf(content: Content, place: Place): Starts {
  return content.starts?.(place) ?? { at: () => 0 };
}

/** Starts are asked for in ascending order. */
function startOf(starts: Starts, index: number): Seconds {
  let start: Seconds = 0;
  for (let earlier = 0; earlier <= index; earlier++) start = starts.at(earlier);
  return start;
}

/** Why content and load do not go together. */
function mismatch(content: Content, load: Load, requests: number | undefined): Problem | undefined {
  const has = content.count ?? Infinity;
  switch (load.kind) {
    case 'open':
      if (content.starts === undefined) {
        return {
          code: 'E_LOAD_TIMES',
          message: 'rate_scale plays a workload at its own times, and this one has none',
          hint: 'give the workload a rate, or use load: { stages: [ … ] } or load: { closed_loop: { concurrency: … } }',
        };
      }
      return has < Infinity || requests !== undefined ? undefined : endless;
    case 'closed':
      if (
        load.requests === undefined &&
        requests === undefined &&
        (has === Infinity || content.bySlot === true)
      )
        return endless;
      return content.cyclic || content.multiTurn ? undefined : tooFew(load.requests, has, requests);
    case 'stages': {
      if (content.multiTurn && load.stages.some(({ kind }) => kind === 'rate')) {
        return {
          code: 'E_LOAD_SESSIONS',
          message:
            'a stage with a rate sends a fixed number of requests, but turns of a session wait for each other',
          hint: 'use stages of { concurrency, requests }, load: { closed_loop: … }, or the rate at which sessions start',
        };
      }
      const wanted = load.stages.reduce((sum, stage) => sum + requestsOf(stage), 0);
      return content.cyclic || content.multiTurn ? undefined : tooFew(wanted, has, requests);
    }
    default:
      return unreachable(load);
  }
}

const endless: Problem = {
  code: 'E_LOAD_ENDLESS',
  message: 'nothing says when this workload ends',
  hint: 'say how many requests (or sessions) the workload has, or how many the load sends',
};

function tooFew(wanted: number | undefined, has: number, requests: number | undefined): Problem | undefined {
  const played = Math.min(wanted ?? 0, requests ?? Infinity);
  if (played <= has) return undefined;
  return {
    code: 'E_LOAD_REQUESTS',
    message: `the load sends ${played} requests, but the workload has ${has}`,
    hint: 'let the load send fewer, or make the workload longer (trace.repeat plays a recording several times)',
  };
}
