import { random } from '../../base/random.ts';
import type { Ticks } from '../../base/units.ts';
import type { Endpoint } from '../../scheduler/endpoint.ts';
import { NO_METRICS, type Metrics } from '../../scheduler/metrics.ts';
import type { Gauges } from '../engine/model-server.ts';
import type { Clock } from '../events/clock.ts';
import type { FleetView } from './router.ts';
import type { PoolInput, RunInput } from './run-input.ts';

/** A metrics page, written in place: a decision reads it at once. */
type Page = { -readonly [Key in keyof Metrics]: Metrics[Key] };

/**
 * The metrics of endpoints as one router knows them: as of the last scrape, however old that is. Nothing happens at a
 * scrape itself; a page is read when a decision wants it, as it was at the scrape's instant.
 */
export class Scraper {
  private readonly view: FleetView;
  private readonly clock: Clock;
  private readonly interval: Ticks;
  private readonly pages: readonly Page[];
  private readonly phases: Float64Array;
  private readonly scraped: Float64Array;
  /** Replicas in the order of their phases: the order in which they are scraped, again and again. */
  private readonly order: Int32Array;
  /** Place in it of the next to be scraped, and when. -Infinity: it must be found out. */
  private place = 0;
  private nextScrape: Ticks = -Infinity;
  private readonly gauges: Gauges = { running: 0, waiting: 0, kvUsage: 0 };

  /**
   * `endpoints` are the fleet's replicas in its order. `router` numbers the replicas of a gateway: each scrapes at phases
   * of its own.
   */
  constructor(
    endpoints: readonly Endpoint[],
    { seed, routerSeed = seed, pools, router: { gateway } }: RunInput,
    view: FleetView,
    clock: Clock,
    router: number,
  ) {
    this.view = view;
    this.clock = clock;
    this.interval = Math.max(1, clock.ticks(gateway.scrapeInterval));
    this.pages = firstPages(pools);
    endpoints.forEach((endpoint, replica) => {
      const page = this.pages[replica];
      if (page !== undefined) endpoint.metrics = page;
    });
    const phase = random(routerSeed, router, 'scrape phase');
    this.phases = Float64Array.from(endpoints, () =>
      gateway.scrapePhase === 'random' ? Math.floor(phase.uniform() * this.interval) : 0,
    );
    this.scraped = new Float64Array(endpoints.length).fill(-Infinity);
    const { phases } = this;
    this.order = Int32Array.from(endpoints.keys()).sort(
      (a, b) => (phases[a] ?? 0) - (phases[b] ?? 0) || a - b,
    );
  }

  /**
   * Brings every endpoint's metrics to the last scrape at or before `now`. Costs one reading for each scrape since the last
   * call, and at most one for each endpoint.
   */
  refresh(now: Ticks): void {
    if (now < this.nextScrape || this.order.length === 0) return;
    if (now - this.nextScrape >= this.interval) {
      this.refreshAll(now);
      this.findNext(now);
      return;
    }
    while (this.nextScrape <= now) {
      this.read(this.order[this.place] ?? 0, this.nextScrape);
      this.goOn(this.nextScrape);
    }
  }

  private refreshAll(now: Ticks): void {
    const { phases, scraped, interval } = this;
    for (let replica = 0; replica < phases.length; replica++) {
      const phase = phases[replica] ?? 0;
      const time = phase + Math.floor((now - phase) / interval) * interval;
      if (time !== scraped[replica]) this.read(replica, time);
    }
  }

  /** A replica has come back as another endpoint. */
  attach(replica: number, endpoint: Endpoint): void {
    const page = this.pages[replica];
    if (page !== undefined) endpoint.metrics = page;
    this.scraped[replica] = -Infinity;
    this.nextScrape = -Infinity;
  }

  /** The first scrape after `now`. */
  private findNext(now: Ticks): void {
    const { interval, order, phases } = this;
    const cycle = now - (now % interval);
    const isLater = (replica: number): boolean => cycle + (phases[replica] ?? 0) > now;
    const later = order.findIndex(isLater);
    this.place = Math.max(later, 0);
    const phase = phases[order[this.place] ?? 0] ?? 0;
    this.nextScrape = cycle + phase + (later < 0 ? interval : 0);
  }

  /** From the scrape at `time` to the one that follows it. */
  private goOn(time: Ticks): void {
    const { interval, order, phases } = this;
    const before = phases[order[this.place] ?? 0] ?? 0;
    this.place++;
    if (this.place === order.length) this.place = 0;
    const phase = phases[order[this.place] ?? 0] ?? 0;
    this.nextScrape = time + phase - before + (this.place === 0 ? interval : 0);
  }

  private read(replica: number, time: Ticks): void {
    const page = this.pages[replica];
    if (page === undefined) return;
    const { gauges } = this;
    this.scraped[replica] = time;
    this.view.gaugesAt(replica, Math.max(0, time), gauges);
    page.waiting = gauges.waiting;
    page.running = gauges.running;
    page.kvUsage = gauges.kvUsage;
    if (gauges.adapters !== undefined) {
      page.activeAdapters = gauges.adapters.running;
      page.waitingAdapters = gauges.adapters.waiting;
    }
    page.updatedAt = this.clock.seconds(time);
  }
}

/** Pages of idle servers: they have been scraped since long before the run. */
function firstPages(pools: readonly PoolInput[]): Page[] {
  return pools.flatMap(({ replicas, engine, reportedBlockSize = engine.blockSize }) =>
    Array.from({ length: replicas }, () => ({
      ...NO_METRICS,
      blockSize: reportedBlockSize,
      numBlocks: engine.numGpuBlocks,
      maxActiveAdapters: engine.maxLoras ?? 0,
      updatedAt: 0,
    })),
  );
}
