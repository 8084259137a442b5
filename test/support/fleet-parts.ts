import type { ClientInput, RouterInput } from '../../sim/fleet/run-input.ts';

/** A client that waits for every answer, tries nothing twice and takes back nothing. */
export const PATIENT_CLIENT: ClientInput = {
  maxInFlight: undefined,
  maxConnections: undefined,
  timeout: undefined,
  streaming: true,
  retries: 0,
  cancelShare: 0,
};

/** One gateway that decides at once. */
export const QUICK_GATEWAY: RouterInput['gateway'] = {
  scrapeInterval: 0.05,
  scrapePhase: 'random',
  kvEventDelay: 0.005,
  replicas: 1,
  sharedState: false,
  decisionTime: 0,
  tokenizationTime: 0,
  producerOrder: 'prefix-first',
  bytesPerToken: undefined,
};
