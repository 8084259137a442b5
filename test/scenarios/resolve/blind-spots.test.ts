import { describe, expect, it } from 'vitest';

import { blindSpots } from '../../../scenarios/resolve/blind-spots.ts';
import { loadConfig } from '../../../scheduler/index.ts';

const codes = (text: string): string[] =>
  blindSpots(loadConfig(text, { allowExperimental: true })).map(({ code }) => code);

describe('what a configuration makes its picker overlook', () => {
  it.each([
    ['plugins: [{ type: queue-scorer }]', []],
    ['plugins: [{ type: precise-prefix-cache-producer }]', ['estimated-tokens']],
    [
      'plugins: [{ type: precise-prefix-cache-producer }, { type: token-producer, parameters: { modelName: m, vllm: {} } }]',
      [],
    ],
    ['requestHandler: { parsers: [{ pluginRef: passthrough-parser }] }', ['opaque-bodies']],
    [
      'plugins: [{ type: inflight-load-producer }, { type: active-request-scorer }]\ndataLayer: { injectDefaults: false }',
      ['no-metrics'],
    ],
    ['plugins: [{ type: session-affinity-scorer }]', ['session-token']],
    ['plugins: [{ type: session-affinity-filter, parameters: { strategy: session_id } }]', []],
  ])('%s', (text, expected) => {
    expect(codes(text)).toEqual(expected);
  });
});
