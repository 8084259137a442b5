import type { Bytes, Seconds } from '../../base/units.ts';
import type { BandSettings } from '../config/effective-config.ts';
import type { RequestState } from '../request-state.ts';
import type { FairnessPolicy, OrderingPolicy, QueuedItem } from './flow-policies.ts';
import { FlowQueues } from './flow-queues.ts';

/** A request that waits at the gate. */
export interface WaitingRequest extends QueuedItem {
  readonly state: RequestState;
  readonly bytes: Bytes;
  /** When it is turned away at last. */
  readonly deadline: Seconds;
  /** Turned away or given up; it keeps its place in the queue, and its share of the capacity, until the next sweep. */
  gone: boolean;
}

/** All requests of one priority that wait. */
export class PriorityBand {
  readonly priority: number;
  readonly queues: FlowQueues<WaitingRequest>;
  private readonly settings: BandSettings;
  private bytes: Bytes = 0;

  constructor(priority: number, settings: BandSettings, fairness: FairnessPolicy, ordering: OrderingPolicy) {
    this.priority = priority;
    this.settings = settings;
    this.queues = new FlowQueues(fairness, ordering);
  }

  get length(): number {
    return this.queues.length;
  }

  get byteSize(): Bytes {
    return this.bytes;
  }

  /** Whether one more request of this size may wait here. */
  hasRoom(bytes: Bytes): boolean {
    return this.bytes + bytes <= this.settings.maxBytes && this.length + 1 <= this.settings.maxRequests;
  }

  add(request: WaitingRequest): void {
    this.queues.add(request);
    this.bytes += request.bytes;
  }

  take(now: Seconds): WaitingRequest | undefined {
    const request = this.queues.take(now);
    if (request !== undefined) this.bytes -= request.bytes;
    return request;
  }

  /** Gives up the places of those who are gone. */
  sweep(): void {
    this.queues.filter((request) => {
      if (request.gone) this.bytes -= request.bytes;
      return !request.gone;
    });
  }
}
