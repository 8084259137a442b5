import { describe, expect, it } from 'vitest';

import { parseThreshold } from '../../documents/threshold.ts';

describe('parseThreshold', () => {
  it('reads metric, class, statistic, operator and limit', () => {
    expect(parseThreshold('ttft{class:chat}', 'p(99.9) <= 450ms')).toEqual({
      expression: 'ttft{class:chat} p(99.9) <= 450ms',
      metric: 'ttft',
      class: 'chat',
      statistic: 0.9990000000000001,
      operator: '<=',
      limit: { value: 0.45 },
    });
    expect(parseThreshold('e2e', 'mean<baseline*1.05')).toEqual({
      expression: 'e2e mean < baseline*1.05',
      metric: 'e2e',
      class: undefined,
      statistic: 'mean',
      operator: '<',
      limit: { timesBaseline: 1.05 },
    });
    expect(parseThreshold('prefix_cache.hit_rate', 'value > 40%')).toMatchObject({
      metric: 'prefixCache.hitRate',
      statistic: 'value',
      limit: { value: 0.4 },
    });
    expect(parseThreshold('goodput.requests_per_second', 'value >= 3')).toMatchObject({
      limit: { value: 3 },
    });
  });

  it.each([
    ['ttfft', 'p(90) <= 2s', /not a metric/, /ttft/],
    ['ttft', 'p(90) <= 2', /limit/, /unit/],
    ['ttft', 'p(90) <= 2 apples', /limit/, /unit/],
    ['ttft', 'p(101) <= 2s', /not a threshold/, /p\(90\)/],
    ['ttft', '<= 2s', /not a threshold/, /p\(90\)/],
    ['ttft', 'value <= 2s', /has no value/, /p\(N\)/],
    ['goodput.attainment', 'p(90) >= 0.9', /has no p\(90\)/, /value/],
    ['goodput.attainment', 'value >= 0.9s', /limit/, /90%/],
    ['itl', 'p(75) <= 2s', /has no p\(75\)/, /p\(99\)/],
    ['itl{class:a}', 'p(90) <= 2s', /by class/, /without/],
    ['ttft', 'p(90) <= baseline * x', /limit/, /baseline/],
  ])('says what is wrong with %s: %s', (metric, expression, message, hint) => {
    const mistake = parseThreshold(metric, expression);
    expect(mistake).toHaveProperty('message', expect.stringMatching(message));
    expect(mistake).toHaveProperty('hint', expect.stringMatching(hint));
  });
});
