import { definePlugin } from '../../plugin-type.ts';

/*
 * file-discovery, multicluster-file-discovery: read the endpoints from a file. The host knows its endpoints; they only load.
 * Parameters: path (required), watchFile (false).
 * Source: pkg/epp/framework/plugins/datalayer/discovery/file of llm-d-router at ebab6879.
 */
export const fileDiscovery = discovery('file-discovery', 'beta');
export const multiclusterFileDiscovery = discovery('multicluster-file-discovery', 'alpha');

function discovery(type: string, maturity: 'beta' | 'alpha') {
  return definePlugin({
    type,
    roles: ['discovery'],
    maturity,
    unverified: true,
    parameters: (reader) => {
      if (reader.string('path', '') === '') reader.refuse('path', 'is required');
      reader.bool('watchFile');
    },
  });
}
