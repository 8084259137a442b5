import type { Seconds } from '../../../base/units.ts';
import type { ParameterReader } from '../../config/parameter-reader.ts';
import { definePlugin } from '../../plugin-type.ts';

/*
 * metrics-data-source, models-data-source, dcgm-data-source, multicluster-metrics-data-source: poll endpoints over HTTP. The
 * host brings metrics (observeMetrics, observeAttribute) as old as its scrapes make them; these only load.
 * Parameters: scheme (http | https), path, port, insecureSkipVerify, caCertPath, clientCertPath, clientKeyPath, interval (a
 * duration, not negative).
 * Source: pkg/epp/framework/plugins/datalayer/source of llm-d-router at ebab6879.
 */
export const metricsDataSource = httpSource('metrics-data-source', 'beta');
export const modelsDataSource = httpSource('models-data-source', 'beta');
export const dcgmDataSource = httpSource('dcgm-data-source', 'alpha');
export const multiclusterMetricsDataSource = httpSource('multicluster-metrics-data-source', 'alpha');

function httpSource(type: string, maturity: 'beta' | 'alpha') {
  return definePlugin({
    type,
    roles: ['source'],
    maturity,
    // The one source in configurations of recorded decisions.
    ...(type !== 'metrics-data-source' && { unverified: true as const }),
    parameters: readHttpSource,
  });
}

function readHttpSource(reader: ParameterReader): { readonly interval: Seconds } {
  const scheme = reader.string('scheme', 'http');
  if (scheme !== 'http' && scheme !== 'https') reader.refuse('scheme', 'must be http or https');
  const port = reader.int('port', 0);
  if (port < 0 || port > 65535) reader.refuse('port', 'must be a port, 0 to 65535');
  const interval = (reader.string('interval') ?? '') === '' ? 0 : reader.duration('interval', 0);
  if (interval < 0) reader.refuse('interval', 'must not be negative');
  reader.string('path');
  reader.bool('insecureSkipVerify');
  for (const key of ['caCertPath', 'clientCertPath', 'clientKeyPath']) reader.string(key);
  return { interval };
}
