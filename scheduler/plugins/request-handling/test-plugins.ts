import { definePlugin } from '../../plugin-type.ts';

const REASON = 'it serves the tests of llm-d and reads headers that only they send';

/*
 * header-based-testing-filter, destination-endpoint-served-verifier: load, and are not played.
 * Parameters: none, whatever is given is ignored.
 * Source: pkg/epp/framework/plugins/scheduling/test, requestcontrol/test of llm-d-router at ebab6879.
 */
export const headerBasedTestingFilter = definePlugin({
  type: 'header-based-testing-filter',
  roles: ['filter'],
  maturity: 'test',
  notSimulated: REASON,
});
export const destinationEndpointServedVerifier = definePlugin({
  type: 'destination-endpoint-served-verifier',
  roles: ['pre-request'],
  maturity: 'test',
  notSimulated: REASON,
});
