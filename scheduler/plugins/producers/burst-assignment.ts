import type { Blocks } from '../../../base/units.ts';
import type { Endpoint } from '../../endpoint.ts';
import type { ApproxPrefixIndex } from '../../prefix-index/approx-prefix-index.ts';
import type { BlockRun, BucketSpace } from '../../prefix-index/block-run.ts';

export interface BurstRules {
  /** Requests of one group per endpoint; Infinity = no limit. */
  readonly maxPerReplica: number;
  /** Leading blocks that requests must share to be placed together without being equal; 0 = only equal ones are placed. */
  readonly minColocateBlocks: Blocks;
  /** What is spread evenly: blocks to compute, or requests. */
  readonly byTokens: boolean;
}

/** A request of a burst: the blocks of each of its prompts, and where it is to go; undefined = anywhere. */
export interface BurstMember {
  readonly prompts: readonly (readonly BlockRun[])[];
  assigned: Endpoint | undefined;
}

/** Requests with the same blocks. */
interface Group {
  readonly members: BurstMember[];
  readonly prompts: BurstMember['prompts'];
  readonly blocks: Blocks;
}

/**
 * Places the requests of a burst. Groups of equal prompts come first, then single ones that share enough with another; in
 * each, the longest first. A group goes to the endpoint that was given the most of its beginning, if that is enough and the
 * endpoint is below its fair share; else, and for what exceeds maxPerReplica, to the one with the least load in this burst,
 * then the fewest running requests, then the first by id. `index`: the one that the blocks were named by, still empty.
 * Source: RC/dataproducer/burstprefix/assign.go.
 */
export function assignBurst(
  burst: readonly BurstMember[],
  replicas: readonly Endpoint[],
  rules: BurstRules,
  index: ApproxPrefixIndex,
): void {
  if (replicas.length === 0) return;
  const beginnings = new Beginnings();
  const groups = [...groupEqual(burst, beginnings).values()];
  const sharing = sharingGroups(groups, rules.minColocateBlocks, beginnings);
  const longestFirst = (list: Group[]): Group[] => list.sort((a, b) => b.blocks - a.blocks);
  const units = [
    ...longestFirst(groups.filter(({ members }) => members.length >= 2)),
    ...longestFirst(groups.filter((group) => group.members.length < 2 && sharing.has(group))),
  ];
  const total = units.reduce(
    (sum, { members, blocks }) => sum + (rules.byTokens ? blocks : members.length),
    0,
  );
  const placement = new Placement(replicas, rules, Math.ceil(total / replicas.length), index);
  for (const unit of units) placement.place(unit);
}

function groupEqual(burst: readonly BurstMember[], beginnings: Beginnings): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const member of burst) {
    const blocks = countBlocks(member.prompts);
    if (blocks === 0) continue;
    const name = beginnings.name(member.prompts, blocks);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, { members: [member], prompts: member.prompts, blocks });
    else group.members.push(member);
  }
  return groups;
}

/** Groups that have their first `least` blocks in common with some other request. */
function sharingGroups(groups: readonly Group[], least: Blocks, beginnings: Beginnings): Set<Group> {
  const byBeginning = new Map<string, Group[]>();
  for (const group of least > 0 ? groups : []) {
    if (group.blocks < least) continue;
    const name = beginnings.name(group.prompts, least);
    byBeginning.set(name, [...(byBeginning.get(name) ?? []), group]);
  }
  const lists = [...byBeginning.values()];
  return new Set(
    lists.filter((list) => list.reduce((sum, { members }) => sum + members.length, 0) >= 2).flat(),
  );
}

/** The state of one burst's placement; arrays by position in `replicas`. */
class Placement {
  private readonly replicas: readonly Endpoint[];
  private readonly rules: BurstRules;
  private readonly fairShare: number;
  private readonly load: number[];
  private readonly index: ApproxPrefixIndex;

  constructor(replicas: readonly Endpoint[], rules: BurstRules, fairShare: number, index: ApproxPrefixIndex) {
    this.replicas = replicas;
    this.rules = rules;
    this.fairShare = fairShare;
    this.load = replicas.map(() => 0);
    this.index = index;
  }

  place({ members, prompts, blocks }: Group): void {
    const { maxPerReplica, minColocateBlocks, byTokens } = this.rules;
    const given = minColocateBlocks > 0 || byTokens ? this.givenBefore(prompts) : [];
    const placed = this.replicas.map(() => 0);
    for (let i = 0; i < members.length;) {
      const preferred = i === 0 && minColocateBlocks > 0 ? this.mostGiven(given) : undefined;
      const target = preferred ?? this.leastLoaded(placed);
      const there = placed[target] ?? 0;
      // Where everybody is full, one by one.
      const count = Math.min(members.length - i, Math.max(1, maxPerReplica - there));
      for (const member of members.slice(i, i + count)) member.assigned = this.replicas[target];
      const isFirst = there === 0;
      placed[target] = there + count;
      const cost = byTokens ? (isFirst ? Math.max(0, blocks - (given[target] ?? 0)) : 0) : count;
      this.load[target] = (this.load[target] ?? 0) + cost;
      i += count;
    }
    placed.forEach((count, target) => {
      if (count === 0) return;
      for (const runs of prompts) this.index.add(runs, target, Infinity);
    });
  }

  /** Leading blocks that each replica was given with groups placed before; prompts after the first that is not are not looked at. */
  private givenBefore(prompts: BurstMember['prompts']): number[] {
    const counts = new Int32Array(this.replicas.length);
    for (const runs of prompts) {
      const before = Int32Array.from(counts);
      this.index.match(runs, counts, []);
      const blocks = countBlocks([runs]);
      if (!counts.some((count, i) => count - (before[i] ?? 0) === blocks)) break;
    }
    return [...counts];
  }

  private mostGiven(given: readonly number[]): number | undefined {
    let best: number | undefined;
    for (let i = 0; i < this.replicas.length; i++) {
      const blocks = given[i] ?? 0;
      if ((this.load[i] ?? 0) >= this.fairShare || blocks < this.rules.minColocateBlocks) continue;
      const most = best === undefined ? -1 : (given[best] ?? 0);
      if (best === undefined || blocks > most || (blocks === most && this.isBefore(i, best))) best = i;
    }
    return best;
  }

  private leastLoaded(placed: readonly number[]): number {
    const best = this.least((i) => (placed[i] ?? 0) < this.rules.maxPerReplica);
    return best ?? this.least(() => true) ?? 0;
  }

  private least(allowed: (replica: number) => boolean): number | undefined {
    let best: number | undefined;
    for (let i = 0; i < this.replicas.length; i++) {
      if (allowed(i) && (best === undefined || this.isBefore(i, best))) best = i;
    }
    return best;
  }

  private isBefore(a: number, b: number): boolean {
    const [one, other] = [this.replicas[a], this.replicas[b]];
    if (one === undefined || other === undefined) return false;
    const byLoad = (this.load[a] ?? 0) - (this.load[b] ?? 0) || one.metrics.running - other.metrics.running;
    return byLoad === 0 ? one.id < other.id : byLoad < 0;
  }
}

export function countBlocks(prompts: BurstMember['prompts']): Blocks {
  let blocks = 0;
  for (const runs of prompts) for (const { from, to } of runs) blocks += to - from;
  return blocks;
}

/** Names beginnings of prompts: equal names are equal blocks. */
class Beginnings {
  private readonly spaces = new Map<BucketSpace, number>();

  /** The first `blocks` blocks, prompt after prompt. */
  name(prompts: BurstMember['prompts'], blocks: Blocks): string {
    const parts: { place: string; from: number; to: number }[] = [];
    let left = blocks;
    for (const { space, key, from, to } of prompts.flat()) {
      if (left === 0) break;
      const end = Math.min(to, from + left);
      left -= end - from;
      const place = `${this.spaceNumber(space)}/${key}`;
      const last = parts.at(-1);
      if (last?.place === place && last.to === from) last.to = end;
      else parts.push({ place, from, to: end });
    }
    return parts.map(({ place, from, to }) => `${place}/${from}-${to}`).join(';');
  }

  private spaceNumber(space: BucketSpace): number {
    const number = this.spaces.get(space) ?? this.spaces.size;
    this.spaces.set(space, number);
    return number;
  }
}
