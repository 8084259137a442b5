import { quantileSorted } from 'simple-statistics';

import type { RunRecord } from '../../documents/run-record.ts';
import { formatSeconds } from '../format.ts';
import { isTransient, type PolicyFigures } from '../policy-figures.ts';
import { FIT_WIDTH, SECONDS_LABEL, type Chart } from './chart.ts';
import { ladder, rounded } from './ladder.ts';
import { policyColor, policyDash } from './palette.ts';

const QUANTILES = 500;
const MARKED = [0.5, 0.9, 0.99] as const;

/**
 * How TTFT, TPOT and E2E are distributed over the completed requests of each policy, all seeds pooled: one chart each,
 * none for a figure that nobody has. Unstable policies are left out of TTFT and E2E.
 */
export function cdfCharts(policies: readonly PolicyFigures[], records: readonly RunRecord[]): Chart[] {
  return (['ttft', 'tpot', 'e2e'] as const).flatMap((name): Chart[] => {
    const title = name.toUpperCase();
    const curves = policies.flatMap((policy, position) => {
      if (policy.verdict === 'unstable' && isTransient(name)) return [];
      const sorted = sortedValues(records, policy.name, name);
      return sorted.length === 0 ? [] : [{ policy: policy.name, position, sorted }];
    });
    if (curves.length === 0) return [];
    const marks = curves.flatMap(({ policy, sorted }) =>
      MARKED.map((share) => {
        const seconds = quantileSorted(sorted, share);
        return {
          share,
          seconds: rounded(seconds),
          policy,
          text: `P${Math.round(share * 100)} ${title} of ${policy}: ${formatSeconds(seconds)}`,
        };
      }),
    );
    // The far ends of the curves would squeeze the part that matters into a corner.
    const domain = [
      Math.min(...curves.map(({ sorted }) => quantileSorted(sorted, 0.01))),
      Math.max(...curves.map(({ sorted }) => quantileSorted(sorted, 0.999))),
    ].map((seconds) => rounded(Math.max(seconds, 1e-5)));
    const [low = 1, high = 1] = domain;
    const log = high > 4 * low;
    const color = {
      field: 'policy',
      legend: null,
      scale: {
        domain: curves.map(({ policy }) => policy),
        range: curves.map(({ position }) => policyColor(position)),
      },
    };
    const x = {
      field: 'seconds',
      type: 'quantitative',
      title: null,
      scale: { type: log ? 'log' : 'linear', domain, nice: false, clamp: true, ...(!log && { zero: false }) },
      axis: {
        labelExpr: SECONDS_LABEL,
        labelFlush: true,
        ...(log ? { values: ladder(low, high) } : { tickCount: 4 }),
      },
    };
    const y = {
      field: 'share',
      type: 'quantitative',
      title: 'share of requests',
      scale: { domain: [0, 1] },
      axis: { values: [0, 0.25, 0.5, 0.75, 0.9, 1], format: '.0%' },
    };
    return [
      {
        id: `cdf-${name}`,
        description: `Cumulative distribution of ${title}. ${marks.map(({ text }) => text).join('. ')}`,
        renderer: 'svg',
        curves: curves.map(({ policy, sorted }) => ({
          policy,
          seconds: Array.from({ length: QUANTILES }, (_, k) =>
            rounded(quantileSorted(sorted, k / (QUANTILES - 1))),
          ),
        })),
        spec: {
          width: 'container',
          autosize: FIT_WIDTH,
          height: 230,
          layer: [
            {
              data: { name: 'curves' },
              mark: { type: 'line', strokeWidth: 2, clip: true },
              encoding: {
                x,
                y,
                color,
                order: { field: 'share' },
                strokeDash: {
                  field: 'policy',
                  legend: null,
                  scale: {
                    domain: curves.map(({ policy }) => policy),
                    range: curves.map(({ position }) => policyDash(position)),
                  },
                },
              },
            },
            {
              data: { values: marks },
              mark: { type: 'point', filled: true, size: 46, opacity: 1, clip: true },
              encoding: { x, y, color, tooltip: { field: 'text', type: 'nominal' } },
            },
          ],
        },
      },
    ];
  });
}

function sortedValues(
  records: readonly RunRecord[],
  policy: string,
  name: 'ttft' | 'tpot' | 'e2e',
): number[] {
  return records
    .filter(({ entry }) => entry.policy === policy)
    .flatMap(({ requests }) =>
      Array.from(requests[name].filter((value, row) => requests.counted[row] === 1 && !Number.isNaN(value))),
    )
    .sort((a, b) => a - b);
}
