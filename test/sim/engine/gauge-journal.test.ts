import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ReplicaServer } from '../../../sim/engine/replica-server.ts';
import { driveServers } from '../../support/drive-servers.ts';
import { PlainReplica } from '../../support/plain-engine/plain-replica.ts';
import { planned, randomLoad, TICKS_PER_SECOND } from '../../support/random-load.ts';
import { RandomTimer } from '../../support/random-timer.ts';

describe('the gauges of a leaping server', () => {
  it('are at every instant those of one that steps; and every law holds after every event', () => {
    let pages = 0;
    let busyPages = 0;
    fc.assert(
      fc.property(randomLoad, (load) => {
        const { config, replicas } = load;
        const plain = driveServers(planned(load), (listener) =>
          Array.from(
            { length: replicas },
            () => new PlainReplica(config, new RandomTimer(load.timer), listener, TICKS_PER_SECOND),
          ),
        );
        const servers: ReplicaServer[] = [];
        const product = driveServers(
          planned(load),
          (listener) => {
            for (let replica = 0; replica < replicas; replica++) {
              servers.push(
                new ReplicaServer({
                  config,
                  timer: new RandomTimer(load.timer),
                  listener,
                  ticksPerSecond: TICKS_PER_SECOND,
                  gaugeHistory: TICKS_PER_SECOND,
                }),
              );
            }
            return servers;
          },
          () => {
            for (const server of servers) server.check();
          },
        );
        expect(product.gauges).toEqual(plain.gauges);
        pages += plain.gauges.length;
        busyPages += plain.gauges.filter((page) => !page.includes(' 0 run, 0 wait')).length;
      }),
      { seed: 1, numRuns: 600 },
    );
    expect(pages).toBeGreaterThan(10_000);
    expect(busyPages).toBeGreaterThan(5000);
  }, 120_000);
});
