import type { TraceRequest } from './trace-case.ts';

/** The stream `name`: token k from a 32-bit FNV-1a of the name and an integer mix (recording format 1). */
export function tokenStream(name: string): (index: number) => number {
  const hash = fnv1a(name);
  return (index) => {
    let x = (hash + Math.imul(index, 0x9e3779b1)) >>> 0;
    x ^= x >>> 16;
    x = Math.imul(x, 0x045d9f3b) >>> 0;
    x = (x ^ (x >>> 16)) >>> 0;
    return 100 + (x % 30000);
  };
}

function fnv1a(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

const END_TOKEN = 2;
const STOP_TOKEN = 7;

/** Output token `index` of a request. */
export function outputToken(request: TraceRequest, index: number): number {
  if (index === request.eosAt) return END_TOKEN;
  if (index === request.stopAt) return STOP_TOKEN;
  return tokenStream(request.out)(index);
}

/** Whether this output token ends the request's answer. */
export function endsAnswer(request: TraceRequest, token: number): boolean {
  const stops = request.stopAt !== undefined && request.stopAt !== null;
  return (token === END_TOKEN && !request.ignoreEos) || (token === STOP_TOKEN && stops);
}

/** The tokens of a prompt. */
export function promptTokens(request: TraceRequest): number[] {
  return request.prompt.flatMap(([stream, start, count]) => {
    const token = tokenStream(stream);
    return Array.from({ length: count }, (_, offset) => token(start + offset));
  });
}
