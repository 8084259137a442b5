import type { Span } from '../../../base/prompt.ts';
import type { TreePrompt } from '../../../base/prompt-tree.ts';

/**
 * A prompt that is kept, followed by spans, as a prompt of its own. What follows privately is remembered by the prompt
 * that it follows; on a copy it goes with the request, where the kept prompt would gather all of them.
 */
export function followed(kept: TreePrompt, spans: readonly Span[]): TreePrompt {
  return kept.extend([]).extend(spans);
}
