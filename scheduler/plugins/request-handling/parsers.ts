import { definePlugin } from '../../plugin-type.ts';

/*
 * openai-parser, anthropic-parser, vllmhttp-parser, vllmgrpc-parser, sglanghttp-parser, vertexai-parser, passthrough-parser:
 * turn bodies of requests into what the rest of the picker sees, by path. They take no part in decisions: the gateway
 * parses, the simulator has no bodies.
 * Parameters: none, whatever is given is ignored.
 * Source: pkg/epp/framework/plugins/requesthandling/parsers of llm-d-router at ebab6879.
 */
export const PARSERS = [
  ...['openai-parser', 'anthropic-parser', 'vllmhttp-parser', 'passthrough-parser'].map((type) =>
    definePlugin({ type, roles: ['parser'], maturity: 'beta' }),
  ),
  // No recorded body came through these.
  ...['vllmgrpc-parser', 'sglanghttp-parser', 'vertexai-parser'].map((type) =>
    definePlugin({ type, roles: ['parser'], maturity: 'beta', unverified: true }),
  ),
];
