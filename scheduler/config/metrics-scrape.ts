import type { Seconds } from '../../base/units.ts';
import { METRICS_EXTRACTOR } from '../attributes.ts';
import { metricsDataSource } from '../plugins/data-layer/http-source.ts';
import type { LoadedConfig } from './loaded-config.ts';

/** How a picker has its endpoints' metrics pages read. `interval`: as the configuration says, undefined = the picker's own. */
export interface MetricsScrape {
  readonly interval: Seconds | undefined;
}

/** The base tick of the data layer, and the shortest interval. Source: pkg/epp/server/options.go of llm-d-router at ebab6879. */
const BASE_TICK = 0.05;

/** Undefined = nobody reads them: metrics stay as the picker starts them. */
export function metricsScrape({ plugins, effective }: LoadedConfig): MetricsScrape | undefined {
  const typeOf = (name: string): string | undefined =>
    plugins.find((plugin) => plugin.name === name)?.type.type;
  const source = effective.dataSources.find(
    ({ name, extractors }) =>
      typeOf(name) === metricsDataSource.type &&
      extractors.some((extractor) => typeOf(extractor) === METRICS_EXTRACTOR),
  );
  if (source === undefined) return undefined;
  const plan = plugins.find(({ name }) => name === source.name);
  const interval = (plan?.parameters as { readonly interval: Seconds } | undefined)?.interval ?? 0;
  return { interval: interval > 0 ? Math.max(BASE_TICK, interval) : undefined };
}
