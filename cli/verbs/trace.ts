import path from 'node:path';

import { Command } from 'commander';

import { API_VERSION } from '../../documents/run-report.ts';
import { traceStats as traceStatsSchema, type TraceStats } from '../../documents/trace-stats.ts';
import { renderJson } from '../../reports/json.ts';
import { renderTraceTable } from '../../reports/trace-table.ts';
import { traceStats } from '../../sim/workload/stats/trace-stats.ts';
import {
  MEASURED_FORMATS,
  readTrace,
  TRACE_FORMATS,
  traceFormat,
} from '../../sim/workload/trace/trace-formats.ts';
import { detectFormat } from '../files/detect-format.ts';
import { openTrace } from '../files/trace-files.ts';
import { outputOption, wholeNumber, wholeNumbers } from '../options.ts';
import { packageVersion } from '../package-root.ts';
import { print } from '../print.ts';
import { parseOutputs } from '../run/output-option.ts';
import type { Terminal } from '../terminal.ts';

const FORMATS = ['table', 'json'] as const;

interface StatsOptions {
  readonly format?: string;
  readonly blockSize?: number;
  readonly lru?: readonly number[];
  readonly output: readonly string[];
}

/** `fleetcast trace …`: what there is to know of recorded traffic. */
export function traceCommand(terminal: Terminal): Command {
  return new Command('trace').description('Recorded traffic.').addCommand(
    new Command('stats')
      .summary('describe a trace: rate, lengths, how much of its prompts a prefix cache finds')
      .description('Describes a trace: rate, lengths, and how much of its prompts a prefix cache finds.')
      .argument('<PATH>', 'a file, possibly packed with gzip, or a folder')
      .option(
        '--format <NAME>',
        `${[...Object.keys(TRACE_FORMATS), ...Object.keys(MEASURED_FORMATS)].join(', ')}; told from the file unless given`,
      )
      .option('--block-size <TOKENS>', "tokens per block; the trace's own unless given", wholeNumber(1))
      .option('--lru <TOKENS,…>', 'also with LRU caches of so many tokens', wholeNumbers(1))
      .addOption(outputOption(FORMATS))
      .action((file: string, options: StatsOptions) => stats(file, options, terminal)),
  );
}

async function stats(name: string, options: StatsOptions, terminal: Terminal): Promise<void> {
  const outputs = parseOutputs(options.output, FORMATS);
  const file = path.resolve(terminal.cwd, name);
  const format = traceFormat(options.format ?? detectFormat(file, name));
  const trace = readTrace(format, openTrace(file, name, format), { blockSize: options.blockSize });
  const document: TraceStats = {
    apiVersion: API_VERSION,
    kind: 'TraceStats',
    manifest: {
      trace: name,
      format: format.name,
      workloadSha256: trace.sha256,
      fleetcastVersion: packageVersion(),
    },
    ...traceStats(trace, { lruTokens: options.lru ?? [], blockSize: options.blockSize }),
  };
  await print(
    outputs,
    (kind) => (kind === 'json' ? renderJson(traceStatsSchema.parse(document)) : renderTraceTable(document)),
    terminal,
  );
}
