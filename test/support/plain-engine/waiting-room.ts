import type { PlainConfig } from './plain-config.ts';
import type { PlainRequest } from './plain-request.ts';

/**
 * The requests that do not run, in two queues: `first` goes before `waiting`. Under the rule 'front', `first` holds those
 * that have blocks already (KV from another server); under 'own-queue', whoever was skipped in an earlier pass.
 */
export class WaitingRoom {
  private first: PlainRequest[] = [];
  private waiting: PlainRequest[] = [];
  private readonly config: PlainConfig;

  constructor(config: PlainConfig) {
    this.config = config;
  }

  get size(): number {
    return this.first.length + this.waiting.length;
  }

  /** A request that arrives. */
  add(request: PlainRequest): void {
    this.waiting.push(request);
    this.sort(this.waiting);
  }

  /** A request that was preempted: first in line again. */
  addVictim(request: PlainRequest): void {
    if (this.config.ablation === 'victim-to-the-front') this.waiting.push(request);
    else this.waiting.unshift(request);
    this.sort(this.waiting);
  }

  head(): PlainRequest | undefined {
    const [first] = this.first;
    const [waiting] = this.waiting;
    if (first === undefined || waiting === undefined) return first ?? waiting;
    const merged = this.byPriority() && this.config.rules.skippedWait === 'own-queue';
    return merged && before(waiting, first) ? waiting : first;
  }

  remove(request: PlainRequest): void {
    this.first = this.first.filter((other) => other !== request);
    this.waiting = this.waiting.filter((other) => other !== request);
  }

  /** Puts back, in their order and before the others, the requests that a pass has taken out and skipped. */
  putBack(skipped: readonly PlainRequest[]): void {
    const toFirst = (request: PlainRequest) =>
      this.config.rules.skippedWait === 'own-queue' || request.status === 'loading';
    this.first.unshift(...skipped.filter(toFirst));
    this.waiting.unshift(...skipped.filter((request) => !toFirst(request)));
    this.sort(this.first);
    this.sort(this.waiting);
  }

  /** All, in the order in which they would be taken. */
  list(): PlainRequest[] {
    const all = [...this.first, ...this.waiting];
    if (this.byPriority() && this.config.rules.skippedWait === 'own-queue') this.sort(all);
    return all;
  }

  private sort(queue: PlainRequest[]): void {
    if (this.byPriority()) queue.sort((a, b) => (before(a, b) ? -1 : 1));
  }

  private byPriority(): boolean {
    return this.config.policy === 'priority' && this.config.ablation !== 'priority-order';
  }
}

function before(a: PlainRequest, b: PlainRequest): boolean {
  return a.priority < b.priority || (a.priority === b.priority && a.order < b.order);
}
