import { definePlugin } from '../../plugin-type.ts';

/*
 * endpoint-notification-source, k8s-notification-source: tell plugins that endpoints or Kubernetes objects come and go. The
 * host does so by itself (observeMembership); these only load.
 * Parameters: of the former none, whatever is given is ignored; of the latter group, version, kind (both required).
 * Source: pkg/epp/framework/plugins/datalayer/source/notifications of llm-d-router at ebab6879.
 */
export const endpointNotificationSource = definePlugin({
  type: 'endpoint-notification-source',
  roles: ['source'],
  maturity: 'beta',
});
export const k8sNotificationSource = definePlugin({
  type: 'k8s-notification-source',
  unverified: true,
  roles: ['source'],
  maturity: 'beta',
  needsParameters: true,
  parameters: (reader) => {
    reader.string('group');
    for (const key of ['version', 'kind'])
      if (reader.string(key, '') === '') reader.refuse(key, 'is required');
  },
});
