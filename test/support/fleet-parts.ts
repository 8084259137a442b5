import type { ClientInput, RouterInput, RunInput } from '../../sim/fleet/run-input.ts';

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

/** One model server without a price: what it is called, and not how it computes. */
export const ONE_SERVER = {
  name: 'server',
  replicas: 1,
  gpusPerReplica: 1,
  usdPerGpuHour: undefined,
  role: 'both',
} as const;

/** A checked run that ends when all is answered, without an SLO: what is asked of whom is missing. */
export const WHOLE_RUN: Omit<RunInput, 'policy' | 'workload' | 'pools' | 'router'> = {
  seed: 1,
  model: 'black-box',
  client: PATIENT_CLIENT,
  slo: undefined,
  warmup: 0,
  until: 'drained',
  limit: undefined,
  labels: [],
  check: true,
};
