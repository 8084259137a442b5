import { didYouMean } from '../../../base/nearest.ts';
import { UserError } from '../../../base/user-error.ts';
import { aiperf } from './aiperf.ts';
import { azure } from './azure.ts';
import { blisTraceV2 } from './blis-trace-v2.ts';
import { csvColumns } from './csv-columns.ts';
import { guidellm } from './guidellm.ts';
import { inferencePerf } from './inference-perf.ts';
import { mooncake } from './mooncake.ts';
import { ragpulse } from './ragpulse.ts';
import type { Trace } from './trace.ts';
import type { TraceFiles, TraceFormat, TraceReadOptions } from './trace-format.ts';
import { vllmBench } from './vllm-bench.ts';
import { vllmRequests } from './vllm-requests.ts';

/** Recorded traffic. */
export const TRACE_FORMATS = { mooncake, ragpulse, azure } as const;

/** Records of a real server's run. */
export const MEASURED_FORMATS = {
  'vllm-requests': vllmRequests,
  'blis-trace-v2': blisTraceV2,
  'vllm-bench': vllmBench,
  'inference-perf': inferencePerf,
  guidellm,
  aiperf,
} as const;

/** The format of this name, or `columns`: a table whose columns are named. Throws UserError that lists all. */
export function traceFormat(name: string): TraceFormat {
  const formats = new Map<string, TraceFormat>(
    Object.entries({ ...TRACE_FORMATS, ...MEASURED_FORMATS, columns: csvColumns }),
  );
  const format = formats.get(name);
  if (format !== undefined) return format;
  const names = [...formats.keys()];
  const near = didYouMean(name, names);
  throw new UserError({
    code: 'E_TRACE_FORMAT',
    message: `"${name}" is no trace format`,
    hint: `${near === undefined ? '' : `${near} `}formats: ${names.join(', ')}`,
  });
}

/** Reads a whole trace. Throws UserError for a format, file or line that is wrong, and for a trace without rows. */
export function readTrace(format: TraceFormat, files: TraceFiles, options: TraceReadOptions = {}): Trace {
  const trace = format.read(files, options);
  if (trace.rows > 0) return trace;
  throw new UserError({
    code: 'E_TRACE_EMPTY',
    message: 'the trace has no requests',
    at: { file: files.path },
    hint: `is this a trace in the format ${format.name}?`,
  });
}
