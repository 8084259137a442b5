import type { Endpoint } from '../endpoint.ts';

/**
 * The endpoint that a key belongs to: the highest hash of key and endpoint wins, so that an endpoint that comes or goes
 * moves only its own keys. It is what a hash ring is in the limit of many points per endpoint.
 */
export function rendezvous(key: string, endpoints: readonly Endpoint[]): Endpoint | undefined {
  let best: Endpoint | undefined;
  let highest = -1;
  for (const endpoint of endpoints) {
    const weight = fnv1a(`${key}\n${endpoint.id}`);
    if (weight > highest) {
      highest = weight;
      best = endpoint;
    }
  }
  return best;
}

/** FNV-1a with the finaliser of MurmurHash3, 32 bits. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
