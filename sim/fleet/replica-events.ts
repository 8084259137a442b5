import type { Ticks } from '../../base/units.ts';
import type { Clock } from '../events/clock.ts';
import { EventQueue } from '../events/event-queue.ts';
import type { ReplicaEvent } from './run-input.ts';

/** What happens to replicas by itself, as the fleet carries it out. */
export interface ReplicaActions {
  fail(replica: number, now: Ticks): void;
  /** False when it cannot come back before `retryAt`. */
  restart(replica: number, now: Ticks): { readonly retryAt: Ticks } | undefined;
  slow(replica: number, factor: number): void;
  /** Routers learn that a replica takes requests, or no longer. */
  announce(replica: number, isPresent: boolean, now: Ticks): void;
}

type Due =
  | { readonly kind: 'event'; readonly event: ReplicaEvent }
  | { readonly kind: 'announce'; readonly replica: number; readonly isPresent: boolean };

/**
 * The events of a run in their order. Routers notice a failure or a return `detection` later; a drain is announced at
 * once, because it is deliberate.
 */
export class ReplicaEvents {
  /** Replicas to which something happens, with how often they change their pace. */
  readonly replicas: ReadonlyMap<number, number>;
  private readonly queue = new EventQueue<Due>();
  private readonly detection: Ticks;

  constructor(events: readonly ReplicaEvent[], clock: Clock, detection: Ticks) {
    this.detection = detection;
    const replicas = new Map<number, number>();
    for (const { replica, do: what } of events)
      replicas.set(replica, (replicas.get(replica) ?? 0) + (what === 'slow' ? 1 : 0));
    this.replicas = replicas;
    for (const event of events) this.queue.push(clock.ticks(event.at), 0, { kind: 'event', event });
  }

  nextTime(): Ticks {
    return this.queue.peekTime();
  }

  fire(now: Ticks, actions: ReplicaActions): void {
    const due = this.queue.pop();
    if (due === undefined) return;
    if (due.kind === 'announce') {
      actions.announce(due.replica, due.isPresent, now);
      return;
    }
    const { event } = due;
    const { replica } = event;
    switch (event.do) {
      case 'fail':
        actions.fail(replica, now);
        this.announceLater(replica, false, now);
        break;
      case 'restart': {
        const busy = actions.restart(replica, now);
        if (busy === undefined) this.announceLater(replica, true, now);
        else this.queue.push(busy.retryAt, 0, due);
        break;
      }
      case 'drain':
        actions.announce(replica, false, now);
        break;
      case 'slow':
        actions.slow(replica, event.factor);
        break;
    }
  }

  private announceLater(replica: number, isPresent: boolean, now: Ticks): void {
    this.queue.push(now + this.detection, 0, { kind: 'announce', replica, isPresent });
  }
}
