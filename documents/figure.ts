import type { Metric } from './metric.ts';
import type { Threshold } from './threshold.ts';

/** A figure of a run: a statistic of a metric, of one class of requests or of all. */
export type Figure = Pick<Threshold, 'metric' | 'class' | 'statistic'>;

/** How a figure is named: `ttft.p90`, `ttft{class:chat}.p99.9`, `goodput.attainment`. */
export function figurePath({ metric, class: name, statistic }: Figure): string {
  const of = `${metric}${name === undefined ? '' : `{class:${name}}`}`;
  if (statistic === 'value') return of;
  return `${of}.${typeof statistic === 'number' ? `p${percentOf(statistic)}` : statistic}`;
}

/** The figure of that name. */
export function figureNamed(path: string): Figure {
  const [, metric = path, name, statistic] =
    /^([\w.]+?)(?:\{class:(.+)\})?(?:\.(p\d+(?:\.\d+)?|mean|max))?$/.exec(path) ?? [];
  return {
    metric,
    class: name,
    statistic:
      statistic === undefined
        ? 'value'
        : statistic === 'mean' || statistic === 'max'
          ? statistic
          : Number(statistic.slice(1)) / 100,
  };
}

/** As in prose, with the unit to print it with: `P90 TTFT`, `attainment (chat)`. */
export function figureTitle(path: string): Pick<Metric, 'title' | 'unit'> {
  const { metric, class: name, statistic } = figureNamed(path);
  const known = TITLES.get(metric) ?? { title: metric, unit: '/s' as const };
  const of = name === undefined ? '' : ` (${name})`;
  if (statistic === 'value') return { title: `${known.title}${of}`, unit: known.unit };
  const which = typeof statistic === 'number' ? `P${percentOf(statistic)}` : statistic;
  return { title: `${which} ${known.title}${of}`, unit: known.unit };
}

const TITLES: ReadonlyMap<string, Pick<Metric, 'title' | 'unit'>> = new Map([
  ['ttft', { title: 'TTFT', unit: 's' }],
  ['tpot', { title: 'TPOT', unit: 's' }],
  ['itl', { title: 'ITL', unit: 's' }],
  ['e2e', { title: 'E2E', unit: 's' }],
  ['queueTime', { title: 'queue time', unit: 's' }],
  ['gatewayQueueTime', { title: 'gateway queue', unit: 's' }],
  ['throughput.requestsPerSecond', { title: 'requests/s', unit: '/s' }],
  ['throughput.inputTokensPerSecond', { title: 'input tokens/s', unit: 'tokens/s' }],
  ['throughput.outputTokensPerSecond', { title: 'output tokens/s', unit: 'tokens/s' }],
  ['goodput.requestsPerSecond', { title: 'goodput', unit: '/s' }],
  ['goodput.attainment', { title: 'attainment', unit: 'share' }],
  ['prefixCache.hitRate', { title: 'prefix hit rate', unit: 'share' }],
  ['cost.usdPerHour', { title: 'USD/hour', unit: '/s' }],
  ['cost.usdPerMillionInputTokens', { title: 'USD/M tokens in', unit: '/s' }],
  ['cost.usdPerMillionOutputTokens', { title: 'USD/M tokens out', unit: '/s' }],
]);

function percentOf(share: number): number {
  return Number((share * 100).toFixed(6));
}
