import { PRECISE_PRODUCER, prefixMatchData, tokenizedPromptData } from '../../attributes.ts';
import { definePlugin, type DeclaredPlugin } from '../../plugin-type.ts';
import type { Plugin, Scorer } from '../../plugin.ts';
import { PrecisePrefixCache } from '../producers/precise-prefix-cache.ts';
import { readPreciseParameters, type PreciseParameters } from '../producers/precise-parameters.ts';
import { createPrefixScorer } from './prefix-cache-scorer.ts';

const TYPE = 'precise-prefix-cache-scorer';

/*
 * precise-prefix-cache-scorer (deprecated): matched blocks / blocks of the prompt, as prefix-cache-scorer, by the one
 * precise-prefix-cache-producer that was made before it; without one it is a precise producer itself, under its own name,
 * and scores by that; several are refused. Which of the two is made first is left to chance in the picker; here it is the
 * order of the configuration.
 * Inputs and parameters: those of precise-prefix-cache-producer (not looked at where there is one).
 * Source: pkg/epp/framework/plugins/scheduling/scorer/preciseprefixcache of llm-d-router at ebab6879.
 */
export const precisePrefixCacheScorer = definePlugin<PreciseParameters>({
  type: TYPE,
  roles: ['scorer', 'producer', 'pre-request', 'extractor'],
  maturity: 'deprecated',
  parameters: readPreciseParameters,
  data: (_, name, declared) => {
    const [producer] = producersBefore(name, declared);
    return producer === undefined
      ? { requires: [tokenizedPromptData()], produces: [prefixMatchData(name)] }
      : { requires: [prefixMatchData(producer)] };
  },
  check: (_, declared) =>
    declared.filter(({ type }) => type.type === PRECISE_PRODUCER).length > 1
      ? `${TYPE} goes with one ${PRECISE_PRODUCER}, not several`
      : undefined,
  create: (parameters, context): Plugin => {
    const producer = context.plugins().find(({ type }) => type === PRECISE_PRODUCER);
    const scorer = createPrefixScorer(
      TYPE,
      { producer: producer?.name ?? context.name, lengthWeight: 0, scaleTokens: 0 },
      context,
    );
    return producer === undefined
      ? withScore(new PrecisePrefixCache(TYPE, parameters, context), scorer)
      : scorer;
  },
});

/** The producer, and a scorer by what it produces. */
function withScore(producer: PrecisePrefixCache, { score }: Scorer): PrecisePrefixCache & Scorer {
  return Object.assign(producer, { score });
}

function producersBefore(name: string, declared: readonly DeclaredPlugin[]): string[] {
  const own = declared.findIndex((plugin) => plugin.name === name);
  return declared
    .slice(0, own)
    .flatMap(({ type, name: other }) => (type.type === PRECISE_PRODUCER ? [other] : []));
}
