import { definePlugin } from '../../plugin-type.ts';
import type { ProfileHandler } from '../../plugin.ts';
import { onlyProfile } from './only-profile.ts';
import { readPort } from './read-port.ts';
import { rewritePort } from './rewrite-port.ts';

/*
 * data-parallel-profile-handler: runs the one profile there is (several: none) and sends the request to the pod's primary
 * port, with the picked engine core's own address in x-data-parallel-host-port.
 * Parameters: primaryPort (8000).
 * Source: pkg/epp/framework/plugins/scheduling/profilehandler/dataparallel of llm-d-router at ebab6879.
 */
export const dataParallelProfileHandler = definePlugin({
  type: 'data-parallel-profile-handler',
  roles: ['profile-handler'],
  maturity: 'beta',
  parameters: (reader) => String(readPort(reader, 8000)),
  create: (port, { name }): ProfileHandler => ({
    type: 'data-parallel-profile-handler',
    name,
    next: (_state, profiles, results) => (results.size === 0 && profiles.length === 1 ? profiles : []),
    finish(state, results) {
      const wrong = onlyProfile(state, results);
      if (wrong === undefined && state.primary !== undefined)
        rewritePort(state, results, state.primary, port);
      return wrong;
    },
  }),
});
