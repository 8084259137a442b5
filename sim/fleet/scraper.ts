import { random } from '../../base/random.ts';
import type { Ticks } from '../../base/units.ts';
import { Endpoint } from '../../scheduler/endpoint.ts';
import { NO_METRICS, type Metrics } from '../../scheduler/metrics.ts';
import type { Gauges } from '../engine/model-server.ts';
import type { Clock } from '../events/clock.ts';
import type { FleetView } from './router.ts';
import type { GatewayInput, PoolInput, RunInput } from './run-input.ts';

/**
 * The endpoints as one router knows them: their metrics pages as of the last scrape, however old that is. Nothing happens
 * at a scrape itself; a page is read when a decision wants it, as it was at the scrape's instant.
 */
export class Scraper {
  readonly endpoints: readonly Endpoint[];
  /** The endpoints' metrics, written in place: a decision reads them at once. */
  private readonly pages: Page[] = [];
  private readonly view: FleetView;
  private readonly clock: Clock;
  private readonly interval: Ticks;
  private readonly phases: Float64Array;
  private readonly scraped: Float64Array;
  private readonly gauges: Gauges = { running: 0, waiting: 0, kvUsage: 0 };

  /** `router` numbers the replicas of a gateway: each scrapes at a phase of its own. */
  constructor(input: RunInput, gateway: GatewayInput, view: FleetView, clock: Clock, router: number) {
    this.view = view;
    this.clock = clock;
    this.interval = Math.max(1, clock.ticks(gateway.scrapeInterval));
    this.endpoints = endpointsOf(input.pools, this.pages);
    const phase = random(input.seed, router, 'scrape phase');
    this.phases = Float64Array.from(this.endpoints, () =>
      gateway.scrapePhase === 'random' ? Math.floor(phase.uniform() * this.interval) : 0,
    );
    this.scraped = new Float64Array(this.endpoints.length).fill(-Infinity);
  }

  /** Brings every endpoint's metrics to the last scrape at or before `now`. */
  refresh(now: Ticks): void {
    const { endpoints, phases, scraped, interval } = this;
    for (let index = 0; index < endpoints.length; index++) {
      const phase = phases[index] ?? 0;
      const time = phase + Math.floor((now - phase) / interval) * interval;
      if (time !== scraped[index]) this.read(index, time);
    }
  }

  private read(index: number, time: Ticks): void {
    const metrics = this.pages[index];
    if (metrics === undefined) return;
    this.scraped[index] = time;
    const { gauges } = this;
    this.view.gaugesAt(index, Math.max(0, time), gauges);
    metrics.waiting = gauges.waiting;
    metrics.running = gauges.running;
    metrics.kvUsage = gauges.kvUsage;
    metrics.updatedAt = this.clock.seconds(time);
  }
}

type Page = { -readonly [Key in keyof Metrics]: Metrics[Key] };

/** One endpoint per replica, numbered as the fleet numbers them; its page has been scraped since long before the run. */
function endpointsOf(pools: readonly PoolInput[], pages: Page[]): Endpoint[] {
  const endpoints: Endpoint[] = [];
  for (const pool of pools) {
    const metrics: Metrics = {
      ...NO_METRICS,
      blockSize: pool.engine.blockSize,
      numBlocks: pool.engine.numGpuBlocks,
      maxActiveAdapters: pool.engine.maxLoras ?? 0,
    };
    for (let replica = 0; replica < pool.replicas; replica++) {
      const index = endpoints.length;
      const endpoint = new Endpoint(
        {
          id: `default/${pool.name}-${replica}`,
          address: `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`,
          port: '8000',
          labels: { 'llm-d.ai/role': pool.role },
        },
        index,
      );
      const page: Page = { ...metrics };
      pages.push(page);
      endpoint.metrics = page;
      endpoints.push(endpoint);
    }
  }
  return endpoints;
}
