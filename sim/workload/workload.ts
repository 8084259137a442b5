import type { RequestSource } from './request.ts';

/** A workload that can be played any number of times: every policy of a run sees the same requests. */
export interface Workload {
  /** A fresh stream, from the first request on. Equal seeds give equal requests. */
  open(seed: number): RequestSource;
  /** Names what is played, for the manifest: SHA-256 over the content of the trace or the generator's parameters. */
  readonly sha256: string;
  /** Whether the engine can know where an output ends: `length` = at the token limit. */
  readonly finish: 'eos' | 'length';
  /** Whether whole sessions, rather than minutes, are the blocks of the bootstrap. */
  readonly hasSessions: boolean;
}
