import type { Seconds } from '../../base/units.ts';
import type {
  BandView,
  FairnessPolicy,
  FlowPicker,
  FlowView,
  OrderingPolicy,
  QueuedItem,
} from './flow-policies.ts';
import { ItemHeap } from './item-heap.ts';

/** The queues of one priority band: one per flow, kept while the flow is known, also when it is empty. */
export class FlowQueues<T extends QueuedItem> implements BandView {
  /** By name, so that what a policy does with equals does not depend on who came first. */
  readonly flows: Flow<T>[] = [];
  private readonly ordering: OrderingPolicy;
  private readonly picker: FlowPicker;
  private count = 0;

  constructor(fairness: FairnessPolicy, ordering: OrderingPolicy) {
    this.ordering = ordering;
    this.picker = fairness.openBand();
  }

  /** Items of all flows. */
  get length(): number {
    return this.count;
  }

  before(a: QueuedItem, b: QueuedItem): boolean {
    return this.ordering.before(a, b);
  }

  add(item: T): void {
    const at = this.position(item.flow);
    let flow = this.flows[at];
    if (flow?.flow !== item.flow) {
      flow = new Flow(item.flow, (a, b) => this.ordering.before(a, b));
      this.flows.splice(at, 0, flow);
    }
    flow.items.add(item);
    flow.usedAt = item.enqueuedAt;
    this.count++;
  }

  /** Removes and returns the item whose turn it is; undefined when nothing is queued. */
  take(now: Seconds): T | undefined {
    const picked = this.picker.pick(this, now);
    const flow = picked === undefined ? undefined : this.flows[this.position(picked.flow)];
    const item = flow?.items.take();
    if (flow === undefined || item === undefined) return undefined;
    flow.usedAt = now;
    this.count--;
    return item;
  }

  /** Removes the items that `keep` does not want. */
  filter(keep: (item: T) => boolean): void {
    for (const flow of this.flows) this.count -= flow.items.filter(keep);
  }

  /** Forgets a flow if nothing of it is queued. */
  dropFlow(name: string): void {
    const at = this.position(name);
    const flow = this.flows[at];
    if (flow?.flow === name && flow.length === 0) this.flows.splice(at, 1);
  }

  /** Forgets flows of which nothing was queued since `time`. */
  dropIdle(time: Seconds): void {
    for (let i = this.flows.length - 1; i >= 0; i--) {
      const flow = this.flows[i];
      if (flow !== undefined && flow.length === 0 && flow.usedAt <= time) this.flows.splice(i, 1);
    }
  }

  /** Where the flow stands, or would. */
  private position(name: string): number {
    let low = 0;
    let high = this.flows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const flow = this.flows[middle];
      if (flow !== undefined && flow.flow < name) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

class Flow<T extends QueuedItem> implements FlowView {
  readonly flow: string;
  readonly items: ItemHeap<T>;
  usedAt: Seconds = 0;

  constructor(flow: string, before: (a: T, b: T) => boolean) {
    this.flow = flow;
    this.items = new ItemHeap(before);
  }

  get length(): number {
    return this.items.length;
  }

  head(): T | undefined {
    return this.items.top();
  }
}
