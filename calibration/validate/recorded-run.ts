import { LATENCY_FAMILIES } from '../../documents/model-error.ts';
import type { RunEntry } from '../../documents/run-report.ts';
import type { Trace } from '../../sim/workload/trace/trace.ts';
import { measuredRequests } from './measured-requests.ts';
import { mean } from '../../compare/mean.ts';
import { quantile } from '../../base/quantile.ts';
import type { MeasuredFigure, MeasuredServer, ValidationCase } from './validation-case.ts';

export interface RecordedRun {
  readonly id: string;
  readonly source: string;
  readonly scenario: ValidationCase['scenario'];
  readonly policy: string;
  readonly server: MeasuredServer;
  readonly labels: readonly string[];
  readonly trace: Trace;
}

/**
 * A recorded run as a case: its percentiles, its rate, and each request by itself. Undefined when nothing was measured in it.
 * The load factor of an open loop is its offered rate over the rate at which it completed while requests arrived, where
 * that fell behind by more than a tenth; else no plateau was measured.
 */
export function recordedRun(run: RecordedRun): ValidationCase | undefined {
  const requests = measuredRequests(run.trace);
  if (requests === undefined) return undefined;
  const loadFactor = overload(run.trace);
  const percentiles = LATENCY_FAMILIES.flatMap((metric): MeasuredFigure[] => {
    const values = requests.flatMap((one) => one[metric] ?? []).sort((a, b) => a - b);
    if (values.length === 0) return [];
    const figures = [
      { name: 'mean', measured: mean(values) },
      { name: 'p50', measured: quantile(values, 0.5) },
      { name: 'p90', measured: quantile(values, 0.9) },
      { name: 'p99', measured: quantile(values, 0.99) },
    ] as const;
    return figures.map(({ name, measured }) => ({
      id: '',
      metric: `${metric}.${name}`,
      unit: 's',
      measured,
      predict: (entry: RunEntry) => entry[metric][name],
      loadFactor,
    }));
  });
  const { id, source, scenario, policy, server, labels } = run;
  const figures = [...percentiles, ...rateOf(run.trace)];
  return { id, source, scenario, policy, server, client: 'documented', labels, figures, requests };
}

function endsOf({ measured, arrivals }: Trace): number[] {
  return [...arrivals]
    .map((arrival, row) => arrival + (measured?.e2e[row] ?? NaN))
    .filter((end) => !Number.isNaN(end));
}

/** Completed requests per second from the first arrival to the last end. */
function rateOf(trace: Trace): MeasuredFigure[] {
  const ends = endsOf(trace);
  if (ends.length < trace.rows) return [];
  return [
    {
      id: '',
      metric: 'throughput.requestsPerSecond',
      unit: '/s',
      measured: ends.length / Math.max(...ends),
      predict: (entry) => entry.throughput.requestsPerSecond,
      loadFactor: overload(trace),
    },
  ];
}

function overload(trace: Trace): number | undefined {
  const last = trace.arrivals.reduce((latest, arrival) => Math.max(latest, arrival), 0);
  // The first half of the arrivals fills the server.
  const arrived = [...trace.arrivals].filter((arrival) => arrival > last / 2).length;
  const ended = endsOf(trace).filter((end) => end > last / 2 && end <= last).length;
  return ended > 0 && arrived / ended > 1.1 ? arrived / ended : undefined;
}
