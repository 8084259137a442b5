import type { Prompt } from '../../base/prompt.ts';
import type { Bytes, Seconds, Tokens } from '../../base/units.ts';
import type { EndCause } from '../../scheduler/plugin.ts';
import type { InferenceRequest } from '../../scheduler/request.ts';
import { targetsOf, type Slo } from '../metrics/slo.ts';
import type { Request } from '../workload/request.ts';
import type { Flight } from './flight.ts';
import { ScaledPrompt } from './router-prompt.ts';

/** Bytes of a body per token where the scenario gives none: the estimating tokenizer's ratio (4 bytes a token). */
const BYTES_PER_TOKEN = 4;

/** Where clients name their session, as llm-d's session affinity expects it (its default sessionIdConfig). */
const SESSION_HEADER = 'x-session-id';

/** How a router looks at requests. */
export interface RequestView {
  readonly model: string;
  /** Of a body; undefined = the estimating tokenizer's ratio. */
  readonly bytesPerToken: number | undefined;
  /** Router tokens for each token of a prompt; undefined = it sees no prompts. */
  readonly tokenScale: number | undefined;
  /** The SLO that requests carry in their headers, if they do. */
  readonly slo?: Slo | undefined;
}

/** What a router gets to see of a flight. It never sees the length of the answer. */
export function inferenceRequestOf(
  { request }: Flight,
  view: RequestView,
  receivedAt: Seconds,
): InferenceRequest {
  return new SimulatedRequest(request, view, receivedAt);
}

/** A class, and not a literal with what is there: made for every request, and its name only where somebody asks for it. */
class SimulatedRequest implements InferenceRequest {
  readonly model: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly priority: number;
  readonly fairnessId?: string;
  readonly prompts: readonly Prompt[] | undefined;
  readonly cacheSalt?: string;
  readonly maxOutputTokens?: Tokens;
  readonly bytes: Bytes;
  readonly receivedAt: Seconds;
  private readonly request: Request;

  constructor(
    request: Request,
    { model, bytesPerToken = BYTES_PER_TOKEN, tokenScale, slo }: RequestView,
    receivedAt: Seconds,
  ) {
    this.request = request;
    this.model = request.lora ?? model;
    this.headers = headersOf(request, slo);
    this.priority = request.objectivePriority ?? 0;
    if (request.tenant !== undefined) this.fairnessId = request.tenant;
    this.prompts =
      tokenScale === undefined
        ? undefined
        : [tokenScale === 1 ? request.prompt : new ScaledPrompt(request.prompt, tokenScale)];
    if (request.cacheSalt !== undefined) this.cacheSalt = request.cacheSalt;
    if (request.maxOutputTokens !== undefined) this.maxOutputTokens = request.maxOutputTokens;
    this.bytes = request.prompt.length * bytesPerToken;
    this.receivedAt = receivedAt;
  }

  get id(): string {
    return this.request.id;
  }
}

const NO_HEADERS: Readonly<Record<string, string>> = {};

function headersOf(request: Request, slo: Slo | undefined): Readonly<Record<string, string>> {
  if (request.session === undefined && slo === undefined) return request.headers ?? NO_HEADERS;
  return {
    ...(request.session !== undefined && { [SESSION_HEADER]: request.session }),
    ...sloHeaders(slo, request.class),
    ...request.headers,
  };
}

/** The targets of a request's class as llm-d's clients send them: milliseconds. Source: predictedlatency of llm-d-router at ebab6879. */
function sloHeaders(slo: Slo | undefined, name: string | undefined): Readonly<Record<string, string>> {
  if (slo === undefined) return {};
  const { ttft, tpot } = targetsOf(slo, name);
  return {
    ...(ttft !== undefined && { 'x-llm-d-slo-ttft-ms': String(1000 * ttft) }),
    ...(tpot !== undefined && { 'x-llm-d-slo-tpot-ms': String(1000 * tpot) }),
  };
}

/** How a flight's end looks to a router. */
export function endCauseOf({ status }: Flight): EndCause {
  if (status === 'completed') return 'natural';
  return status === 'failed' || status === 'rejected' ? 'error' : 'client-disconnect';
}
