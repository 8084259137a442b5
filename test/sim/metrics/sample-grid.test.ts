import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { SampleGrid } from '../../../sim/metrics/sample-grid.ts';
import { ServerMeter } from '../../../sim/metrics/server-meter.ts';
import { WorkMeter } from '../../../sim/metrics/work-meter.ts';

describe('SampleGrid', () => {
  it('samples a step function right, however long the run turns out to be', () => {
    const length = fc.integer({ min: 1, max: 40_000 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(length, fc.integer({ min: 0, max: 9 })), { minLength: 1, maxLength: 60 }),
        (pieces) => {
          const grid = new SampleGrid(1);
          const meter = new ServerMeter(grid, 100);
          let time = 0;
          for (const [ticks, running] of pieces) {
            meter.interval({
              from: time,
              to: time + ticks,
              steps: 1,
              running,
              waiting: 0,
              usedBlocksAtStart: 0,
              usedBlocksAtEnd: 0,
              servedTokens: ticks,
            });
            time += ticks;
          }
          meter.close(time);
          const at = (instant: number): number => {
            let end = 0;
            return pieces.find(([ticks]) => (end += ticks) > instant)?.[1] ?? 0;
          };
          for (let index = 0; index * grid.step < time; index++) {
            expect(meter.runningSamples[index]).toBe(at(index * grid.step));
            expect(meter.servedSamples[index]).toBeCloseTo(index * grid.step, 6);
          }
          expect(time / grid.step).toBeLessThanOrEqual(4096);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('sees work after the change at its instant', () => {
    const grid = new SampleGrid(10);
    const work = new WorkMeter(grid);
    work.change(20, 100);
    work.change(25, 50);
    work.change(40, -120);
    work.close(60);
    expect(Array.from(work.samples.subarray(0, 7))).toEqual([0, 0, 100, 150, 30, 30, 30]);
    expect(grid.resample(work.samples, 0, 60, 3)).toEqual([0, 100, 30, 30]);
  });
});
