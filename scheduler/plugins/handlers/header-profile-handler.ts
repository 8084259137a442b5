import { definePlugin } from '../../plugin-type.ts';
import type { ProfileHandler } from '../../plugin.ts';
import { onlyProfile } from './only-profile.ts';

/*
 * header-profile-handler: runs the one profile there is, or the one that a request header names, or the default one. A
 * name that no profile has: nothing runs, 429.
 * Inputs: a request header. Parameters: headerName (EPP-Profile), defaultProfile (decode).
 * Source: pkg/epp/framework/plugins/scheduling/profilehandler/headerprofile of llm-d-router at ebab6879.
 */
export const headerProfileHandler = definePlugin({
  type: 'header-profile-handler',
  roles: ['profile-handler'],
  maturity: 'alpha',
  parameters: (reader) => ({
    header: reader.string('headerName', '').trim().toLowerCase() || 'epp-profile',
    fallback: reader.string('defaultProfile', '').trim() || 'decode',
  }),
  create: ({ header, fallback }, { name }): ProfileHandler => ({
    type: 'header-profile-handler',
    name,
    next({ request }, profiles, results) {
      if (results.size > 0) return [];
      if (profiles.length === 1) return profiles;
      const wanted = (request.headers[header] ?? '').trim() || fallback;
      return profiles.includes(wanted) ? [wanted] : [];
    },
    finish: onlyProfile,
  }),
});
