import { definePlugin } from '../../plugin-type.ts';

/*
 * request-attribute-reporter: writes a number computed from the usage of an answer into the proxy's metadata. It takes no
 * part in decisions.
 * Parameters: attributes, exactly one {key {namespace (envoy.lb), name (required)}, expression (required), condition}; the
 * two expressions (CEL) are not compiled here.
 * Source: pkg/epp/framework/plugins/requestcontrol/requestattributereporter of llm-d-router at ebab6879.
 */
export const requestAttributeReporter = definePlugin({
  type: 'request-attribute-reporter',
  roles: ['reporter'],
  maturity: 'beta',
  unverified: true,
  needsParameters: true,
  parameters: (reader) => {
    const attributes = reader.objects('attributes') ?? [];
    if (attributes.length !== 1) reader.refuse('attributes', 'must have exactly one entry');
    for (const attribute of attributes) {
      const key = attribute.object('key');
      key.string('namespace');
      if (key.string('name', '') === '') key.refuse('name', 'is required');
      if (attribute.string('expression', '') === '') attribute.refuse('expression', 'is required');
      attribute.string('condition');
    }
  },
});
