import type { ValuePath } from '../../base/yaml-text.ts';
import type { ModelProfile } from '../../hardware-profiles/model-profile.ts';
import type { Speculation } from '../../sim/latency/step-time-input.ts';
import type { SpeculativeSpec } from '../schema/pool-schema.ts';
import type { Notes } from './notes.ts';

/** Speculative decoding as the step time sees it. What cannot be simulated is a problem in `notes`. */
export function speculationOf(
  spec: SpeculativeSpec | undefined,
  model: ModelProfile,
  path: ValuePath,
  notes: Notes,
): Speculation | undefined {
  if (spec === undefined) return undefined;
  const { method, num_speculative_tokens: tokens } = spec;
  if (method === 'ngram') return { tokens, drafter: 'lookup' };
  const reason =
    model.window === undefined && model.recurrent === undefined ? unmeasured(method, model) : BESIDE_WINDOWS;
  if (reason !== undefined)
    notes.problem(
      'E_UNSUPPORTED',
      [...path, 'method'],
      `is unsupported with ${model.name}: ${reason.why}`,
      reason.hint,
    );
  return { tokens, drafter: 'layer' };
}

/**
 * Probability that a draft is accepted while those before it were, such that a step yields `length` tokens in the mean:
 * length = 1 + a + a^2 + … + a^drafts (Leviathan et al., ICML 2023, equation 1), which rises with a.
 */
export function draftAcceptanceOf({
  num_speculative_tokens: drafts,
  synthetic_acceptance_length: length,
}: SpeculativeSpec): number {
  const yielded = (rate: number): number => {
    let sum = 1;
    for (let draft = 0; draft < drafts; draft++) sum = 1 + rate * sum;
    return sum;
  };
  if (length >= yielded(1)) return 1;
  let low = 0;
  let high = 1;
  for (let halving = 0; halving < 52; halving++) {
    const middle = (low + high) / 2;
    if (yielded(middle) < length) low = middle;
    else high = middle;
  }
  return low;
}

interface Refusal {
  readonly why: string;
  readonly hint: string;
}

const BESIDE_WINDOWS: Refusal = {
  why: 'a drafting layer beside sliding-window layers is not simulated yet',
  hint: 'take ngram, or a model without sliding-window layers',
};

/** What no published measurement bears out: the methods are tested against published figures of models like these only. */
function unmeasured(method: 'eagle' | 'eagle3' | 'mtp', model: ModelProfile): Refusal | undefined {
  if (method === 'mtp')
    return model.mtpLayers > 0
      ? undefined
      : {
          why: 'its config.json has no layer that predicts further tokens (num_nextn_predict_layers)',
          hint: model.moe === undefined ? 'take eagle3 or ngram' : 'take ngram',
        };
  return model.moe === undefined
    ? undefined
    : {
        why: 'what a drafting layer costs beside experts is not simulated yet',
        hint: model.mtpLayers > 0 ? 'take mtp or ngram' : 'take ngram, or a model without experts',
      };
}
