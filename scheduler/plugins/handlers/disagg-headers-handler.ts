import { definePlugin } from '../../plugin-type.ts';
import type { PreRequest } from '../../plugin.ts';
import { setDisaggHeaders } from './disagg-headers.ts';

/*
 * disagg-headers-handler, and prefill-header-handler (deprecated both, the same): sets the headers that name the targets
 * of the prefill and encode profiles, as disagg-profile-handler does by itself.
 * Parameters: prefillProfile (prefill), encodeProfile (encode).
 * Source: pkg/epp/framework/plugins/scheduling/profilehandler/disagg/disagg_headers_handler.go of llm-d-router at ebab6879.
 */
export const disaggHeadersHandler = headersHandler('disagg-headers-handler');
export const prefillHeaderHandler = headersHandler('prefill-header-handler');

function headersHandler(type: string) {
  return definePlugin({
    type,
    roles: ['pre-request'],
    maturity: 'deprecated',
    parameters: (reader) => ({
      prefill: reader.string('prefillProfile', 'prefill'),
      encode: reader.string('encodeProfile', 'encode'),
    }),
    create: ({ prefill, encode }, { name }): PreRequest => ({
      type,
      name,
      preRequest: (state, headers) => setDisaggHeaders(state, headers, prefill, encode),
    }),
  });
}
