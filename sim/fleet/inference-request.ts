import type { EndCause } from '../../scheduler/plugin.ts';
import type { InferenceRequest } from '../../scheduler/request.ts';
import { targetsOf, type Slo } from '../metrics/slo.ts';
import type { Flight } from './flight.ts';

/** Bytes of a body per token where the scenario gives none: the estimating tokenizer's ratio (4 bytes a token). */
const BYTES_PER_TOKEN = 4;

/** Where clients name their session, as llm-d's session affinity expects it (its default sessionIdConfig). */
const SESSION_HEADER = 'x-session-id';

/** What a router gets to see of a flight. It never sees the length of the answer. */
export function inferenceRequestOf(
  { request }: Flight,
  model: string,
  receivedAt: number,
  bytesPerToken: number = BYTES_PER_TOKEN,
  slo?: Slo,
): InferenceRequest {
  return {
    id: request.id,
    model: request.lora ?? model,
    headers:
      request.session === undefined && slo === undefined
        ? (request.headers ?? {})
        : {
            ...(request.session !== undefined && { [SESSION_HEADER]: request.session }),
            ...sloHeaders(slo, request.class),
            ...request.headers,
          },
    priority: request.priority ?? 0,
    ...(request.tenant !== undefined && { fairnessId: request.tenant }),
    prompts: [request.prompt],
    ...(request.cacheSalt !== undefined && { cacheSalt: request.cacheSalt }),
    ...(request.maxOutputTokens !== undefined && { maxOutputTokens: request.maxOutputTokens }),
    bytes: request.prompt.length * bytesPerToken,
    receivedAt,
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
