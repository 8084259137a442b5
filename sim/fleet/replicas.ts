import { invariant, InvariantError } from '../../base/invariant.ts';
import type { Ticks } from '../../base/units.ts';
import type { Gauges, ModelServer, ServerListener } from '../engine/model-server.ts';
import { SlotQueue } from '../events/slot-queue.ts';
import { Pace } from './pace.ts';
import type { PoolInput } from './run-input.ts';

/** Makes the server of a replica; `pace` is given if its step times may change. */
export type MakeServer = (pool: PoolInput, listener: ServerListener, pace: Pace | undefined) => ModelServer;

/** The model servers of a fleet by number, those that are down included, and when each is due. */
export class Replicas {
  readonly count: number;
  private readonly servers: ModelServer[] = [];
  private readonly due: SlotQueue;
  private readonly lives = new Map<number, Life>();
  private readonly makeServer: MakeServer;

  /** `eventful`: replicas to which something happens, with how often their pace changes. */
  constructor(
    pools: readonly PoolInput[],
    eventful: ReadonlyMap<number, number>,
    makeServer: MakeServer,
    listenerOf: (replica: number) => ServerListener,
  ) {
    this.makeServer = makeServer;
    this.count = pools.reduce((sum, { replicas }) => sum + replicas, 0);
    this.due = new SlotQueue(this.count);
    for (const pool of pools) {
      for (let index = 0; index < pool.replicas; index++) {
        const replica = this.servers.length;
        let listener = listenerOf(replica);
        let pace: Pace | undefined;
        const changes = eventful.get(replica);
        if (changes !== undefined) {
          const life = new Life(pool, listener, changes);
          this.lives.set(replica, life);
          ({ listener, pace } = life);
        }
        this.servers.push(makeServer(pool, listener, pace));
      }
    }
  }

  server(replica: number): ModelServer {
    const server = this.servers[replica];
    if (server === undefined) throw new InvariantError('a router names a replica of the fleet', { replica });
    return server;
  }

  isUp(replica: number): boolean {
    return this.lives.get(replica)?.failedAt === undefined;
  }

  nextTime(): Ticks {
    return this.due.firstTime();
  }

  /** Lets the server that is due next do what is due. */
  advance(now: Ticks): void {
    const replica = this.due.first();
    this.server(replica).advance(now);
    this.reschedule(replica);
  }

  /** A server was given something, or something was taken from it. */
  reschedule(replica: number): void {
    this.due.set(replica, this.server(replica).nextEvent());
  }

  /** Of a replica that is down: its last metrics page. */
  gaugesAt(replica: number, time: Ticks, into: Gauges): void {
    const failedAt = this.lives.get(replica)?.failedAt ?? Infinity;
    this.server(replica).gaugesAt(Math.min(time, failedAt), into);
  }

  /** It serves nobody any more; its requests must have been aborted. The step under way ends unheard. */
  fail(replica: number, now: Ticks): void {
    this.life(replica).failedAt = now;
  }

  /** When a replica that is down can come back: not before its last step has ended. */
  canReturnAt(replica: number, now: Ticks): Ticks {
    const busyUntil = this.server(replica).nextEvent();
    return busyUntil === Infinity ? now : Math.max(now, busyUntil);
  }

  /** It comes back as a new server: its cache is cold. */
  restart(replica: number): void {
    const life = this.life(replica);
    life.failedAt = undefined;
    this.servers[replica] = this.makeServer(life.pool, life.listener, life.pace);
    this.reschedule(replica);
  }

  slow(replica: number, factor: number): void {
    this.life(replica).pace.change(factor);
  }

  check(): void {
    for (const server of this.servers) server.check();
  }

  private life(replica: number): Life {
    const life = this.lives.get(replica);
    invariant(life !== undefined, 'events are for replicas that expect them', { replica });
    return life;
  }
}

/** What outlasts the servers of one replica. */
class Life {
  readonly pool: PoolInput;
  readonly pace: Pace;
  readonly listener: ServerListener;
  failedAt: Ticks | undefined = undefined;
  private told: Ticks = 0;

  constructor(pool: PoolInput, listener: ServerListener, changes: number) {
    this.pool = pool;
    this.pace = new Pace(changes);
    const { kvEvents } = listener;
    this.listener = {
      ...listener,
      interval: (interval) => {
        // A new server's first interval begins where the last one of the old server ended: what lies between is idle.
        const from = Math.max(interval.from, this.told);
        this.told = interval.to;
        if (from < interval.to) listener.interval({ ...interval, from });
      },
      ...(kvEvents !== undefined && {
        kvEvents: (events, at) => {
          if (this.failedAt === undefined) kvEvents(events, at);
        },
      }),
    };
  }
}
