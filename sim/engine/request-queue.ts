import type { Sequence } from './sequence.ts';

/** Room that opens in front of the queue when something is put back there. */
const HEADROOM = 64;

/*
 * Sequences that wait for admission (vllm/v1/core/sched/request_queue.py). FCFS: in order of arrival, victims of preemption
 * and skipped ones put back in front. Priority: smaller priority first, then earlier arrival. Layout: entries `head` …
 * `end` - 1 of one array, which never shrinks.
 */
export class RequestQueue {
  private items: (Sequence | undefined)[] = [];
  private head = 0;
  private end = 0;
  private readonly byPriority: boolean;

  constructor(policy: 'fcfs' | 'priority') {
    this.byPriority = policy === 'priority';
  }

  get length(): number {
    return this.end - this.head;
  }

  peek(): Sequence | undefined {
    return this.head < this.end ? this.items[this.head] : undefined;
  }

  shift(): Sequence | undefined {
    if (this.head === this.end) return undefined;
    const first = this.items[this.head];
    this.items[this.head++] = undefined;
    if (this.head === this.end) {
      this.head = 0;
      this.end = 0;
    } else if (this.head > 4 * HEADROOM && this.head * 2 > this.end) {
      this.moveTo(HEADROOM);
    }
    return first;
  }

  push(sequence: Sequence): void {
    if (this.byPriority) this.insert(sequence);
    else this.items[this.end++] = sequence;
  }

  /** Back to the front (FCFS), or to its place (priority). */
  prepend(sequence: Sequence): void {
    if (this.byPriority) {
      this.insert(sequence);
      return;
    }
    if (this.head === 0) {
      this.items = [...Array.from<undefined>({ length: HEADROOM }), ...this.items];
      this.head = HEADROOM;
      this.end += HEADROOM;
    }
    this.items[--this.head] = sequence;
  }

  remove(sequence: Sequence): boolean {
    const position = this.items.indexOf(sequence, this.head);
    if (position < 0) return false;
    if (position === this.head) {
      this.shift();
    } else {
      this.items.splice(position, 1);
      this.end--;
    }
    return true;
  }

  *[Symbol.iterator](): Generator<Sequence> {
    for (let position = this.head; position < this.end; position++) {
      const sequence = this.items[position];
      if (sequence !== undefined) yield sequence;
    }
  }

  private insert(sequence: Sequence): void {
    let low = this.head;
    let high = this.end;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.items[middle];
      if (other !== undefined && servedBefore(other, sequence)) low = middle + 1;
      else high = middle;
    }
    this.items.splice(low, 0, sequence);
    this.end++;
  }

  private moveTo(head: number): void {
    const { items } = this;
    const by = this.head - head;
    items.copyWithin(head, this.head, this.end);
    items.fill(undefined, this.end - by, this.end);
    this.head = head;
    this.end -= by;
  }
}

/** The order of the `priority` policy. */
export function servedBefore(a: Sequence, b: Sequence): boolean {
  if (a.request.priority !== b.request.priority) return a.request.priority < b.request.priority;
  return a.request.index < b.request.index;
}
