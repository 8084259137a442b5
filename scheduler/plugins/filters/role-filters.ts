import { definePlugin } from '../../plugin-type.ts';
import type { Filter } from '../../plugin.ts';

const ROLE_LABEL = 'llm-d.ai/role';

/*
 * decode-filter, prefill-filter, encode-filter: keep endpoints whose label llm-d.ai/role names the stage, alone or with
 * others; an endpoint without the label decodes.
 * Inputs: labels. Parameters: none, whatever is given is ignored.
 * Source: pkg/epp/framework/plugins/scheduling/filter/bylabel/roles.go of llm-d-router at ebab6879.
 */
export const decodeFilter = roleFilter(
  'decode-filter',
  ['decode', 'prefill-decode', 'both', 'encode-prefill-decode'],
  true,
);
export const prefillFilter = roleFilter(
  'prefill-filter',
  ['prefill', 'encode-prefill', 'prefill-decode', 'both', 'encode-prefill-decode'],
  false,
);
export const encodeFilter = roleFilter(
  'encode-filter',
  ['encode', 'encode-prefill', 'encode-prefill-decode'],
  false,
);

function roleFilter(type: string, roles: readonly string[], withoutLabel: boolean) {
  const wanted = new Set(roles);
  return definePlugin({
    type,
    roles: ['filter'],
    maturity: 'beta',
    create: (_, { name }): Filter => ({
      type,
      name,
      filter: (_state, endpoints) =>
        endpoints.filter(({ labels }) => {
          const role = labels.get(ROLE_LABEL);
          return role === undefined ? withoutLabel : wanted.has(role);
        }),
    }),
  });
}
