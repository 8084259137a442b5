import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { calendarOptions } from '../../planner/calendar-options.ts';

const HOURS = 730;

/** Hour by hour: GPUs beyond the base are paid on demand, the base all the time. */
function costOf(needed: readonly number[], base: number, reserved: number, onDemand: number): number {
  let usd = 0;
  for (const gpus of needed) usd += base * reserved + Math.max(0, gpus - base) * onDemand;
  return usd;
}

describe('ways to pay for a month', () => {
  it('cost what adding up every hour gives, with the base that costs least', () => {
    const seen = { none: 0, some: 0, all: 0 };
    const month = fc.array(
      fc.record({ hours: fc.integer({ min: 1, max: 60 }), gpus: fc.integer({ min: 0, max: 12 }) }),
      { minLength: 1, maxLength: 6 },
    );
    const price = fc.integer({ min: 1, max: 40 }).map((tenths) => tenths / 10);
    fc.assert(
      fc.property(month, price, price, (drawn, onDemand, reserved) => {
        const busy = drawn.reduce((sum, { hours }) => sum + hours, 0);
        const periods = [...drawn, { hours: HOURS - busy, gpus: 1 }];
        const needed = periods.flatMap(({ hours, gpus }) => Array.from({ length: hours }, () => gpus));
        const most = Math.max(...needed);
        const costs = Array.from({ length: most + 1 }, (_, base) => costOf(needed, base, reserved, onDemand));
        const options = calendarOptions({
          periods: periods.map(({ hours, gpus }) => ({ hoursPerMonth: hours, gpus })),
          price: { usd_per_gpu_hour: 99, terms: { on_demand: onDemand, one_year: reserved } },
          wattsPerGpu: 500,
          usdPerKilowattHour: 0.2,
        });
        const [constant, scaled, base] = options;
        expect(options).toHaveLength(3);
        expect(constant?.usdPerMonth).toBeCloseTo(most * onDemand * HOURS, 6);
        expect(scaled?.usdPerMonth).toBeCloseTo(costs[0] ?? NaN, 6);
        expect(base?.usdPerMonth).toBeCloseTo(Math.min(...costs), 6);
        const gpuHours = needed.reduce((sum, gpus) => sum + gpus, 0);
        expect(scaled?.kilowattHoursPerMonth).toBeCloseTo(gpuHours / 2, 6);
        expect(scaled?.usdEnergyPerMonth).toBeCloseTo(gpuHours / 10, 6);
        const reservedGpus = base?.gpuMonths.one_year ?? NaN;
        expect(costs[reservedGpus]).toBeCloseTo(Math.min(...costs), 6);
        seen[reservedGpus === 0 ? 'none' : reservedGpus === most ? 'all' : 'some']++;
      }),
      { seed: 7 },
    );
    expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(0);
  });

  it('say GPU-months alone where nobody knows prices or watts', () => {
    const periods = [
      { hoursPerMonth: 365, gpus: 4 },
      { hoursPerMonth: 365, gpus: 2 },
    ];
    expect(
      calendarOptions({ periods, price: undefined, wattsPerGpu: undefined, usdPerKilowattHour: 0.1 }),
    ).toEqual([
      { option: 'constant', gpuMonths: { on_demand: 4 } },
      { option: 'scaled', gpuMonths: { on_demand: 3 } },
    ]);
  });
});
