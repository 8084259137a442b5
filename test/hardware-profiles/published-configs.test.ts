import { describe, expect, it } from 'vitest';

import { kvBytesPerToken } from '../../hardware-profiles/kv-layout.ts';
import { parseModel } from '../../hardware-profiles/load-model.ts';
import { parameterCount } from '../../hardware-profiles/model-size.ts';
import { unsupported } from '../../sim/latency/unsupported.ts';
import { DENSE_CONFIGS } from '../support/dense-configs.ts';
import { OTHER_CONFIGS } from '../support/other-configs.ts';

describe('the config.json of', () => {
  it.each([...DENSE_CONFIGS, ...OTHER_CONFIGS])(
    '$id gives its parameters, its KV cache and the kinds of its layers',
    ({ config, parameters, kvBytes, layers }) => {
      const model = parseModel({ file: 'a/config.json', text: JSON.stringify(config) });
      expect(Math.abs(parameterCount(model).total / parameters - 1)).toBeLessThan(0.01);
      expect(kvBytesPerToken(model)).toBe(kvBytes);
      const window = model.window?.layers ?? 0;
      expect([model.attentionLayers - window, window, model.recurrent?.layers ?? 0]).toEqual(layers);
      expect(unsupported(model, 1)).toBeUndefined();
    },
  );
});
