import { keyedUniform } from '../../base/random.ts';
import type { Tokens } from '../../base/units.ts';
import type { EngineRequest } from './model-server.ts';

/** What speculative decoding needs to know of the models: how much is drafted, and how much of it the large one accepts. */
export interface DraftModel {
  /** Drafts that a request proposes behind its first `outputs` output tokens (synchronous scheduling asks for them). */
  proposed(request: EngineRequest, outputs: Tokens): Tokens;
  /** How many of `drafts` drafts, the first of which stands for output token `output`, are accepted. */
  accepted(request: EngineRequest, output: number, drafts: Tokens): Tokens;
}

/**
 * Drafts of which each is accepted with the same probability while all before it were: 1 + a + a^2 + … + a^k tokens a step
 * in the mean (Leviathan et al., ICML 2023, equation 1). Whether a token is accepted is drawn for the token, not for the
 * step: the same answer meets the same fate under every policy, batch and preemption.
 */
export class AcceptanceRate implements DraftModel {
  private readonly seed: number;
  private readonly drafts: Tokens;
  private readonly rate: number;

  constructor(seed: number, drafts: Tokens, rate: number) {
    this.seed = seed;
    this.drafts = drafts;
    this.rate = rate;
  }

  proposed(): Tokens {
    return this.drafts;
  }

  accepted({ outputContent }: EngineRequest, output: number, drafts: Tokens): Tokens {
    let accepted = 0;
    while (
      accepted < drafts &&
      keyedUniform(this.seed, 'draft accepted', outputContent, output + accepted) < this.rate
    )
      accepted++;
    return accepted;
  }
}
