import { describe, expect, it } from 'vitest';

import { plan as planSchema } from '../../documents/plan.ts';
import { SMALL_PLAN } from '../support/small-plan.ts';
import { workspace } from '../support/workspace.ts';

describe('plan', () => {
  it('prints the month of a calendar, growth and electricity in 80 columns, as data and on the page', async () => {
    const text = SMALL_PLAN.replace(
      'max_gpus: 16 }',
      `max_gpus: 16, growth_per_month: 0.05, months: 4, start: 2027-01, power: { limit: 40kW, usd_per_kwh: 0.2, pue: 1.5 },
    calendar: [ { name: day, hours_per_week: 68, load: 1 }, { name: a quiet night with nobody there, hours_per_week: 100, load: 0.3 } ] }`,
    );
    const { run, read } = workspace({ 's.yaml': text });
    const { code, stdout, stderr } = await run(
      'plan',
      's.yaml',
      '-o',
      'table',
      '-o',
      'json=p.json',
      '-o',
      'html=p.html',
    );
    expect(code, stderr).toBe(0);
    const { calendar, growth, energy, best } = planSchema.parse(JSON.parse(read('p.json')));
    expect(calendar?.periods.map(({ hoursPerMonth }) => Math.round(hoursPerMonth))).toEqual([295, 435]);
    expect(growth?.purchases.map(({ date }) => date)).toEqual(['2027-01', '2027-04']);
    const watts = energy?.watts ?? NaN;
    expect(energy?.usdPerMonth).toBeCloseTo((watts / 1000) * 1.5 * 730 * 0.2, 6);
    expect(calendar?.options[0]?.usdEnergyPerMonth).toBeCloseTo(energy?.usdPerMonth ?? NaN, 6);
    expect(calendar?.options[0]?.usdPerMonth).toBeCloseTo(best?.usdPerMonth ?? NaN, 6);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.slice(0, -1).filter((line) => line.length > 80)).toEqual([]);
    expect(lines).toEqual(expect.arrayContaining(['over a month', 'growth']));
    expect(read('p.html')).toMatch(/id="calendar">Over a month[\s\S]*id="growth">Growth/);
  });

  it('buys nothing that draws more than the power limit, and says so', async () => {
    const { run } = workspace({ 's.yaml': SMALL_PLAN });
    const limited = async (limit: string) => {
      const { code, stdout } = await run(
        'plan',
        's.yaml',
        '-o',
        'json',
        '--set',
        `spec.plan.power={"limit": "${limit}"}`,
      );
      return { code, plan: planSchema.parse(JSON.parse(stdout)) };
    };
    // An L40S draws up to 350 W, an H100 700 W: profiles of both.
    const some = await limited('1050W');
    expect(some.plan.candidates).toContainEqual(
      expect.objectContaining({
        outcome: 'does not fit',
        reason: expect.stringMatching(/^\d GPUs draw up to 1\.4 kW, and the power limit is 1\.05 kW$/),
      }),
    );
    for (const { pools, load } of some.plan.candidates) {
      const watts = pools.reduce(
        (sum, { hardware, tensor_parallel_size: size, replicas }) =>
          sum + size * replicas * (hardware === 'l40s-48gb' ? 350 : 700),
        0,
      );
      expect(load === undefined || watts <= 1050).toBe(true);
    }
    const none = await limited('400W');
    expect(none.code).toBe(3);
    expect(none.plan.candidates).toContainEqual(
      expect.objectContaining({ reason: '1 GPU draws up to 0.7 kW, and the power limit is 0.4 kW' }),
    );
    expect(none.plan.nearestMiss?.violated).toMatch(
      /; 2 GPUs draw up to 0\.7 kW, and the power limit is 0\.4 kW$/,
    );
  });
});
