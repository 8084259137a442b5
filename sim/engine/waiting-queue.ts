import type { Sequence } from './sequence.ts';

/**
 * Sequences that wait for admission (vllm/v1/core/sched/request_queue.py). FCFS: in order of arrival, victims of
 * preemption and skipped ones put back in front. Priority: smaller priority first, then earlier arrival.
 */
export class WaitingQueue {
  private readonly items: Sequence[] = [];
  private head = 0;
  private readonly byPriority: boolean;

  constructor(policy: 'fcfs' | 'priority') {
    this.byPriority = policy === 'priority';
  }

  get length(): number {
    return this.items.length - this.head;
  }

  peek(): Sequence | undefined {
    return this.items[this.head];
  }

  shift(): Sequence | undefined {
    const first = this.items[this.head];
    if (first === undefined) return undefined;
    this.head++;
    if (this.head === this.items.length) {
      this.items.length = 0;
      this.head = 0;
    } else if (this.head > 256 && this.head * 2 > this.items.length) {
      this.items.splice(0, this.head);
      this.head = 0;
    }
    return first;
  }

  push(sequence: Sequence): void {
    if (this.byPriority) this.insert(sequence);
    else this.items.push(sequence);
  }

  /** Back to the front (FCFS), or to its place (priority). */
  prepend(sequence: Sequence): void {
    if (this.byPriority) {
      this.insert(sequence);
    } else if (this.head > 0) {
      this.head--;
      this.items[this.head] = sequence;
    } else {
      this.items.unshift(sequence);
    }
  }

  remove(sequence: Sequence): boolean {
    const position = this.items.indexOf(sequence, this.head);
    if (position < 0) return false;
    this.items.splice(position, 1);
    return true;
  }

  *[Symbol.iterator](): Generator<Sequence> {
    for (let position = this.head; position < this.items.length; position++) {
      const sequence = this.items[position];
      if (sequence !== undefined) yield sequence;
    }
  }

  private insert(sequence: Sequence): void {
    let low = this.head;
    let high = this.items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.items[middle];
      if (other !== undefined && precedes(other, sequence)) low = middle + 1;
      else high = middle;
    }
    this.items.splice(low, 0, sequence);
  }
}

function precedes(a: Sequence, b: Sequence): boolean {
  if (a.request.priority !== b.request.priority) return a.request.priority < b.request.priority;
  return a.request.index < b.request.index;
}
