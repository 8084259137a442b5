import type { Prompt } from '../../../base/prompt.ts';
import { random } from '../../../base/random.ts';
import { Endpoint } from '../../../scheduler/endpoint.ts';
import { RoutedRequest, type PickContext } from '../../../scheduler/policies/routing-policy.ts';
import type { InferenceRequest } from '../../../scheduler/request.ts';

/** Endpoints ns/p0, ns/p1, … */
export function endpoints(count: number): Endpoint[] {
  return Array.from(
    { length: count },
    (_, index) => new Endpoint({ id: `ns/p${index}`, address: `10.0.0.${index}`, port: '8000' }, index),
  );
}

export function context(seed = 1, now = 0): PickContext {
  return { now, random: random(seed, 0, 'policy') };
}

let ids = 0;

/** A request with nothing but what is given. */
export function request(parts: Partial<InferenceRequest> = {}): InferenceRequest {
  return {
    id: `r${ids++}`,
    model: 'm',
    headers: {},
    priority: 0,
    prompts: undefined,
    bytes: 0,
    receivedAt: 0,
    ...parts,
  };
}

export function routed(prompt?: Prompt, headers: Record<string, string> = {}): RoutedRequest {
  return new RoutedRequest(request({ headers, ...(prompt === undefined ? {} : { prompts: [prompt] }) }));
}
