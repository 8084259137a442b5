import type { Tokens } from '../../base/units.ts';
import { scaled, sumOfLines, valueAt } from './piecewise-line.ts';
import type { StepCost } from './step-cost.ts';

/**
 * A step of a model whose drafting layer proposes `drafts` tokens a sequence behind it: the layer goes once over all tokens
 * of the step, then once over one token of each row for every further draft (vLLM v1/spec_decode/eagle.py propose). Rows
 * that verify drafts are priced by the model itself: matrices by tokens, attention by one reading of each context.
 */
export function withDrafting(model: StepCost, layer: StepCost, drafts: Tokens): StepCost {
  const again = drafts - 1;
  return {
    ...model,
    tokens: (batch) => {
      const { tokens, rows } = batch;
      const first = layer.tokens({ tokens, rows, sampledRows: rows, adapters: 0, uniform: batch.uniform });
      const further =
        again * layer.tokens({ tokens: rows, rows, sampledRows: rows, adapters: 0, uniform: true });
      return model.tokens(batch) + first + further;
    },
    decodeAttention: (rows) =>
      sumOfLines(model.decodeAttention(rows), scaled(layer.decodeAttention(rows), drafts)),
    skew: (rows, variance) => model.skew(rows, variance) + drafts * layer.skew(rows, variance),
    mixedAttention(batch, variance) {
      const { decodeRows, decodeContext } = batch;
      const further =
        decodeRows === 0 ? 0 : again * valueAt(layer.decodeAttention(decodeRows), decodeContext);
      return model.mixedAttention(batch, variance) + layer.mixedAttention(batch, variance) + further;
    },
  };
}
