import { metricsScrape, promptSight, type LoadedConfig } from '../../scheduler/index.ts';

/** Something of the fleet that a picker does not get to see, and the label that says so. */
export interface BlindSpot {
  readonly code: string;
  readonly text: string;
}

/** What a configuration that loads makes its picker overlook, here as in a real deployment. */
export function blindSpots(config: LoadedConfig): BlindSpot[] {
  const spots: BlindSpot[] = [];
  const sight = promptSight(config);
  const precise = config.plugins.find(({ type }) => type.type.startsWith('precise-prefix-cache-'));
  if (sight === 'opaque')
    spots.push({
      code: 'opaque-bodies',
      text: 'passthrough-parser comes first: the picker sees no prompts, and nothing of them counts',
    });
  else if (precise !== undefined && sight === 'estimated')
    spots.push({
      code: 'estimated-tokens',
      text: `${precise.name} finds nothing in what engines publish: token-producer estimates tokens, which equal none of the model's (name its vllm backend)`,
    });
  if (metricsScrape(config) === undefined)
    spots.push({
      code: 'no-metrics',
      text: 'the configuration has nobody read metrics pages: the picker never sees any',
    });
  for (const { name, type, parameters } of config.plugins) {
    const strategy = (parameters as { readonly strategy?: string } | undefined)?.strategy;
    if (type.type.startsWith('session-affinity-') && strategy === 'encoded_endpoint_header')
      spots.push({
        code: 'session-token',
        text: `no client sends back the header that ${name} gives it: sessions are not pinned (strategy session_id pins them by x-session-id)`,
      });
  }
  return spots;
}
