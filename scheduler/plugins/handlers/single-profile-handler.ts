import { definePlugin } from '../../plugin-type.ts';
import type { ProfileHandler } from '../../plugin.ts';
import { onlyProfile } from './only-profile.ts';

/*
 * single-profile-handler: runs the one profile there is; it serves the request.
 * Parameters: none, whatever is given is ignored.
 * Source: pkg/epp/framework/plugins/scheduling/profilehandler/single of llm-d-router at ebab6879.
 */
export const singleProfileHandler = definePlugin({
  type: 'single-profile-handler',
  roles: ['profile-handler'],
  maturity: 'beta',
  create: (_, { name }): ProfileHandler => ({
    type: 'single-profile-handler',
    name,
    next: (_state, profiles, results) => (results.size === 0 ? profiles : []),
    finish: onlyProfile,
  }),
});
