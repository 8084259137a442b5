import { invariant } from '../../base/invariant.ts';
import { withAdapters, type AdaptersSpec } from './content/adapters.ts';
import type { Content } from './content/content.ts';
import {
  conversationReplayContent,
  conversationReplaySchema,
  type ConversationReplaySpec,
} from './content/conversation-replay.ts';
import { mixContent, mixSchema, type MixSpec } from './content/mix.ts';
import { ragContent, ragSchema, type RagSpec } from './content/rag.ts';
import { randomContent, randomSchema, type RandomSpec } from './content/random-lengths.ts';
import { sessionsContent, sessionsSchema, type SessionsSpec } from './content/sessions.ts';
import { sharedPrefixContent, sharedPrefixSchema, type SharedPrefixSpec } from './content/shared-prefix.ts';
import { traceContent } from './content/trace-content.ts';
import { secondsOf } from './draw/duration.ts';
import { repeatTrace } from './trace/repeat-trace.ts';
import type { TraceFiles, TraceFormat } from './trace/trace-format.ts';
import { readTrace, traceFormat } from './trace/trace-formats.ts';
import { measuredSchema, traceSchema, type MeasuredSpec, type TraceSpec } from './trace/trace-schema.ts';

/** The keys of `spec.workload` that say what is asked; a scenario has exactly one of them. */
export const workloadSources = {
  trace: traceSchema.optional(),
  measured: measuredSchema.optional(),
  shared_prefix: sharedPrefixSchema.optional(),
  random: randomSchema.optional(),
  sessions: sessionsSchema.optional(),
  conversation_replay: conversationReplaySchema.optional(),
  rag: ragSchema.optional(),
  mix: mixSchema.optional(),
};

export interface SourceSpec {
  readonly trace?: TraceSpec | undefined;
  readonly measured?: MeasuredSpec | undefined;
  readonly shared_prefix?: SharedPrefixSpec | undefined;
  readonly random?: RandomSpec | undefined;
  readonly sessions?: SessionsSpec | undefined;
  readonly conversation_replay?: ConversationReplaySpec | undefined;
  readonly rag?: RagSpec | undefined;
  readonly mix?: MixSpec | undefined;
  readonly lora_traffic_split?: AdaptersSpec | undefined;
}

export interface SourceFiles {
  /** Opens a trace that the scenario names: one file, or the folder of `format.files`. */
  readonly open: (file: string, format: TraceFormat) => TraceFiles;
  /**
   * Whether the scenario caps its clients itself. Then a record is played at the times at which requests were meant to be
   * sent; else at those at which its client did send them.
   */
  readonly clientIsCapped?: boolean;
}

/** What a scenario's workload asks. Reads the trace that it names; throws UserError for what is wrong in it. */
export function contentOf(spec: SourceSpec, files: SourceFiles): Content {
  const { lora_traffic_split: adapters } = spec;
  const change = (content: Content): Content =>
    adapters === undefined ? content : withAdapters(content, adapters);
  // Parts of a mix count their conversations by themselves.
  if (spec.mix === undefined) return change(plainContent(spec, files));
  const mix = mixContent(spec.mix, change);
  return { ...mix, identity: change(mix).identity };
}

function plainContent(spec: SourceSpec, files: SourceFiles): Content {
  if (spec.trace !== undefined) return recorded(spec.trace, files);
  if (spec.measured !== undefined) return measured(spec.measured, files);
  if (spec.shared_prefix !== undefined) return sharedPrefixContent(spec.shared_prefix);
  if (spec.random !== undefined) return randomContent(spec.random);
  if (spec.sessions !== undefined) return sessionsContent(spec.sessions);
  if (spec.conversation_replay !== undefined) return conversationReplayContent(spec.conversation_replay);
  invariant(spec.rag !== undefined, 'a workload has a source');
  return ragContent(spec.rag);
}

/** How requests end unless the scenario says so: load generators and records know the length in advance. */
export function defaultFinish(spec: SourceSpec): 'eos' | 'length' {
  return spec.measured !== undefined || spec.shared_prefix !== undefined ? 'length' : 'eos';
}

function recorded(
  { file, format: name, block_size, spread, repeat }: TraceSpec,
  files: SourceFiles,
): Content {
  const format = traceFormat(name);
  const trace = readTrace(format, files.open(file, format), { blockSize: block_size });
  return traceContent(repeatTrace(trace, repeat ?? 1), spread === undefined ? 0 : secondsOf(spread));
}

function measured({ file, format: name, columns }: MeasuredSpec, files: SourceFiles): Content {
  const format = traceFormat(name ?? 'columns');
  const clock = files.clientIsCapped === true ? 'scheduled' : 'sent';
  return traceContent(readTrace(format, files.open(file, format), { columns, clock }));
}
