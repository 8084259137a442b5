import { isExactTokenProducer } from '../plugins/producers/token-producer.ts';
import type { LoadedConfig } from './loaded-config.ts';

/**
 * What a picker gets to see of prompts. exact: the model's own tokens, from a model server's tokeniser. estimated: a token
 * for every four bytes, which equal nothing that an engine publishes of its cache. opaque: nothing.
 */
export type PromptSight = 'exact' | 'estimated' | 'opaque';

/**
 * What a picker of this configuration sees of requests whose API one of its parsers reads. Parsers behind a
 * passthrough-parser are never asked, and one without any parser before it reads no body.
 * Source: EPP/handlers/parsers.go of llm-d-router at ebab6879.
 */
export function promptSight({ plugins, effective }: LoadedConfig): PromptSight {
  const [first] = effective.parsers;
  const parser = plugins.find(({ name }) => name === first);
  if (parser?.type.type === 'passthrough-parser') return 'opaque';
  return plugins.some(isExactTokenProducer) ? 'exact' : 'estimated';
}
