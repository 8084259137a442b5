import type { Plan } from '../../documents/plan.ts';
import { formatShare, threeDigits } from '../format.ts';
import { poolsText } from '../plan/plan-words.ts';
import { FIT_WIDTH, type Chart } from './chart.ts';
import { rounded } from './ladder.ts';
import { NEUTRAL, policyColor } from './palette.ts';

/** Price against attainment of every fleet that was simulated as a whole at the peak; undefined with fewer than two. */
export function paretoChart(plan: Plan): Chart | undefined {
  const points = plan.candidates.flatMap((candidate) => {
    const { attainment, load, usdPerHour, gpus, outcome, policy, pools } = candidate;
    if (attainment === undefined || load !== plan.requirement.peakLoad) return [];
    const price = usdPerHour ?? gpus;
    const name = `${poolsText(pools)}, ${policy}`;
    return [
      { price, attainment: rounded(attainment), outcome, name, text: `${name}: ${formatShare(attainment)}` },
    ];
  });
  if (points.length < 2) return undefined;
  const outcomes = ['meets', 'misses', 'unstable'];
  const title = plan.objective === 'usdPerHour' ? 'USD per hour' : 'GPUs';
  return chartOf(plan, 'plan-pareto', `${title} against attainment`, points, [
    {
      mark: { type: 'point', filled: true, size: 70, opacity: 1 },
      encoding: {
        x: { field: 'price', type: 'quantitative', title, scale: { zero: true } },
        y: SHARE,
        color: colorOf(outcomes),
        tooltip: { field: 'text', type: 'nominal' },
      },
    },
  ]);
}

/** Attainment of the answer against the load; undefined where fewer than two loads were played to their end. */
export function headroomChart(plan: Plan): Chart | undefined {
  const points = plan.loads.flatMap(({ attainment, requestsPerSecond, meets }) =>
    attainment === undefined
      ? []
      : [
          {
            rate: rounded(requestsPerSecond),
            attainment: rounded(attainment),
            outcome: meets ? 'meets' : 'misses',
            text: `${threeDigits(requestsPerSecond)} requests/s: ${formatShare(attainment)}`,
          },
        ],
  );
  if (points.length < 2) return undefined;
  const x = { field: 'rate', type: 'quantitative', title: 'requests/s', scale: { zero: false } };
  return chartOf(plan, 'plan-headroom', 'Attainment against load', points, [
    { mark: { type: 'line', strokeWidth: 2, color: NEUTRAL }, encoding: { x, y: SHARE } },
    {
      mark: { type: 'point', filled: true, size: 60, opacity: 1 },
      encoding: {
        x,
        y: SHARE,
        color: colorOf(['meets', 'misses']),
        tooltip: { field: 'text', type: 'nominal' },
      },
    },
  ]);
}

/** Marks over points that are described one by one, with the promised attainment behind them. */
function chartOf(
  { requirement }: Plan,
  id: string,
  title: string,
  points: readonly { readonly text: string }[],
  marks: readonly Readonly<Record<string, unknown>>[],
): Chart {
  return {
    id,
    description: `${title}. ${points.map(({ text }) => text).join('. ')}`,
    renderer: 'svg',
    spec: {
      width: 'container',
      autosize: FIT_WIDTH,
      height: 260,
      data: { values: points },
      layer: [...(requirement.attainment === undefined ? [] : [promise(requirement.attainment)]), ...marks],
    },
  };
}

const SHARE = {
  field: 'attainment',
  type: 'quantitative',
  title: 'attainment',
  scale: { domain: [0, 1] },
  axis: { format: '.0%' },
};

/** A rule at the share of requests that was promised. */
function promise(attainment: number): Readonly<Record<string, unknown>> {
  return {
    data: { values: [{ attainment }] },
    mark: { type: 'rule', strokeDash: [4, 3], color: NEUTRAL },
    encoding: { y: SHARE },
  };
}

/** Green keeps the promise, orange does not, purple is no steady state. */
function colorOf(outcomes: readonly string[]): Readonly<Record<string, unknown>> {
  const range = [policyColor(3), policyColor(2), policyColor(4)].slice(0, outcomes.length);
  return { field: 'outcome', type: 'nominal', title: null, scale: { domain: outcomes, range } };
}
