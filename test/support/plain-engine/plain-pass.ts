import type { PlainRequest } from './plain-request.ts';

/** What one scheduling pass decided. */
export interface PlainPass {
  readonly number: number;
  /** Tokens per request, in order of scheduling. */
  readonly rows: Map<PlainRequest, Row>;
  readonly admitted: Admission[];
  readonly resumed: Admission[];
  readonly grown: { readonly request: PlainRequest; readonly blocks: number[][] }[];
  readonly preempted: PlainRequest[];
  readonly loads: Load[];
  /** Requests that ended since the pass before. */
  finished: PlainRequest[];
  /** Tokens in blocks that several requests hold, once for every holder but one, at the end of the pass. */
  sharedTokens: number;
  /** Tokens asked for and found in the prefix cache: by new requests, by resumed ones. */
  readonly lookups: { queries: number; hits: number };
  readonly resumedLookups: { queries: number; hits: number };
}

export interface Row {
  tokens: number;
  /** Drafts among the tokens. */
  drafts: number;
  /** Tokens of the request computed before the pass. */
  readonly computed: number;
  /** The row computes known tokens, more than the last one. */
  readonly prefill: boolean;
  /** Set at the end of the pass: known tokens are still to compute, so the row yields no output. */
  isChunk: boolean;
}

export interface Admission {
  readonly request: PlainRequest;
  readonly computed: number;
  /** Ids of its blocks, per group. */
  readonly blocks: number[][];
}

export interface Load {
  readonly request: PlainRequest;
  readonly cached: number;
  readonly external: number;
  readonly blocks: number[][];
}

export function emptyPass(number: number): PlainPass {
  return {
    number,
    rows: new Map(),
    admitted: [],
    resumed: [],
    grown: [],
    preempted: [],
    loads: [],
    finished: [],
    sharedTokens: 0,
    lookups: { queries: 0, hits: 0 },
    resumedLookups: { queries: 0, hits: 0 },
  };
}

/** Tokens of all rows. */
export function passTokens(pass: PlainPass): number {
  return [...pass.rows.values()].reduce((sum, row) => sum + row.tokens, 0);
}
