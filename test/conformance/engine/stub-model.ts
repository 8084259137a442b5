import { outputToken, tokenStream } from './token-stream.ts';
import type { TraceHeader, TraceRequest } from './trace-case.ts';

/** A row of a pass, as the recording's stub of a GPU sees it. */
export interface StubRow {
  readonly id: string;
  /** Computed tokens after the pass. */
  readonly computed: number;
  readonly drafts: number;
  /** Known tokens are left to compute: nothing is sampled. */
  readonly isChunk: boolean;
  /** First row after an admission. */
  readonly first: boolean;
}

/**
 * What the recording had in place of a GPU: scripted output tokens, drafts of which a scripted number is accepted, and
 * transfers that end a scripted number of passes later.
 */
export class StubModel {
  private readonly requests: ReadonlyMap<string, TraceRequest>;
  private readonly drafts: number;
  /** Number of the next output token per request, while it decodes. */
  private readonly next = new Map<string, number>();
  private loads: Transfer[] = [];
  private sends: Transfer[] = [];

  constructor(header: TraceHeader) {
    this.requests = new Map(header.requests.map((request) => [request.id, request]));
    this.drafts = header.cfg.specTokens ?? 0;
  }

  request(id: string): TraceRequest {
    const found = this.requests.get(id);
    if (found === undefined) throw new Error(`the case has no request ${id}`);
    return found;
  }

  /** Runs a pass; returns the sampled tokens of each row that has any. */
  run(rows: readonly StubRow[]): Map<string, number[]> {
    const sampled = new Map<string, number[]>();
    for (const { id, computed, drafts, isChunk, first } of rows) {
      const request = this.request(id);
      if (first) this.next.delete(id);
      if (isChunk) continue;
      const prompt = request.prompt.reduce((sum, [, , count]) => sum + count, 0);
      const from = this.next.get(id) ?? computed - drafts - prompt;
      const accepted = tokenStream(`acc.${id}`)(from) % (drafts + 1);
      this.next.set(id, from + accepted + 1);
      const tokens = Array.from({ length: accepted + 1 }, (_, k) => outputToken(request, from + k));
      sampled.set(id, tokens);
    }
    return sampled;
  }

  /** Drafts that a request proposes after `outputs` output tokens (synchronous scheduling). */
  proposes(id: string, outputs: number): number {
    return tokenStream(`nd.${id}`)(outputs) % (this.drafts + 1);
  }

  /** A request asked in pass `pass` for KV from another server. */
  load(id: string, pass: number): void {
    this.loads.push({ id, due: pass + (this.request(id).loadPasses ?? 1) });
  }

  /** A request whose KV another server wants has ended in the output of pass `pass`. */
  send(id: string, pass: number): void {
    this.sends.push({ id, due: pass + (this.request(id).sendPasses ?? 0) });
  }

  /** Transfers whose end comes with the output of pass `pass`: in order of the pass in which they ended. */
  arrived(pass: number): { received: string[]; sent: string[] } {
    const received = inOrder(this.loads.filter(({ due }) => due <= pass));
    const sent = inOrder(this.sends.filter(({ due }) => due <= pass));
    this.loads = this.loads.filter(({ due }) => due > pass);
    this.sends = this.sends.filter(({ due }) => due > pass);
    return { received, sent };
  }
}

interface Transfer {
  readonly id: string;
  readonly due: number;
}

function inOrder(transfers: Transfer[]): string[] {
  return transfers.sort((a, b) => a.due - b.due).map(({ id }) => id);
}
