import { SESSION_PRODUCER, sessionIdData } from '../../attributes.ts';
import { definePlugin } from '../../plugin-type.ts';
import type { Producer } from '../../plugin.ts';

/*
 * session-id-producer: reads the session's name from a request header or a cookie.
 * Produces SessionIDDataKey, a request attribute. Parameters: headerName or cookieName, exactly one.
 * Source: pkg/epp/framework/plugins/requestcontrol/dataproducer/sessionid of llm-d-router at ebab6879.
 */
export const sessionIdProducer = definePlugin({
  type: SESSION_PRODUCER,
  roles: ['producer'],
  maturity: 'beta',
  parameters: (reader) => {
    const header = reader.string('headerName', '').trim().toLowerCase();
    const cookie = reader.string('cookieName', '').trim();
    if ((header === '') === (cookie === '')) reader.refuse(undefined, 'need either headerName or cookieName');
    return { header, cookie };
  },
  data: (_, name) => ({ produces: [sessionIdData(name)] }),
  create: ({ header, cookie }, context): Producer => {
    const key = context.key<string>(sessionIdData(context.name));
    return {
      type: SESSION_PRODUCER,
      name: context.name,
      produce(state) {
        const { headers } = state.request;
        const session = (
          header === '' ? cookieValue(headers['cookie'] ?? '', cookie) : (headers[header] ?? '')
        ).trim();
        if (session !== '') state.set(key, session);
        return undefined;
      },
    };
  },
});

function cookieValue(header: string, name: string): string {
  for (const pair of header.split(';')) {
    const [key = '', ...value] = pair.trim().split('=');
    if (key === name && value.length > 0) return value.join('=');
  }
  return '';
}
