import type { Seconds } from '../../../base/units.ts';
import { SESSION_PRODUCER } from '../../attributes.ts';
import type { ParameterReader } from '../../config/parameter-reader.ts';

/** How a request names its session, and which target of it is remembered. */
export type SessionParameters = {
  /** Whose pick is pinned; undefined = the primary profile's. */
  readonly profile: string | undefined;
} & (
  | { readonly strategy: 'encoded_endpoint_header'; readonly header: string }
  | {
      readonly strategy: 'session_id';
      readonly sources: readonly SessionSource[];
      readonly ttl: Seconds;
      readonly sweep: Seconds;
    }
);

/** A header in lower case, or the text of a data key of the request. */
export type SessionSource = { readonly header: string } | { readonly attribute: string };

const DEFAULT_TOKEN_HEADER = 'x-session-token';
const DEFAULT_ID_HEADER = 'x-session-id';

/** Source: pkg/epp/framework/plugins/scheduling/util/sessionaffinity of llm-d-router at ebab6879. */
export function readSessionParameters(reader: ParameterReader): SessionParameters {
  const strategy = reader.string('strategy', 'encoded_endpoint_header');
  const profile = reader.string('profileName') || undefined;
  const header = reader.object('encodedEndpointHeaderConfig').string('headerName', '');
  const config = reader.object('sessionIdConfig');
  const sources = (config.objects('sources') ?? []).map((source) => readSource(source, strategy));
  const ttl = config.float('evictionTtlSeconds', 0);
  const sweep = config.float('evictionSweepSeconds', 0);
  if (strategy === 'session_id') {
    if (ttl < 0) config.refuse('evictionTtlSeconds', 'must be above 0');
    if (sweep < 0) config.refuse('evictionSweepSeconds', 'must be above 0');
    return {
      strategy,
      profile,
      sources: sources.length > 0 ? sources : [{ header: DEFAULT_ID_HEADER }],
      ttl: ttl > 0 ? ttl : 300,
      sweep: sweep > 0 ? sweep : 10,
    };
  }
  if (strategy !== 'encoded_endpoint_header')
    reader.refuse('strategy', 'must be encoded_endpoint_header or session_id');
  return {
    strategy: 'encoded_endpoint_header',
    profile,
    header: header.trim().toLowerCase() || DEFAULT_TOKEN_HEADER,
  };
}

function readSource(reader: ParameterReader, strategy: string): SessionSource {
  const header = reader.string('header', '');
  const attribute = reader.string('attribute', '');
  const producer = reader.string('producer') || SESSION_PRODUCER;
  if (strategy === 'session_id' && (header === '') === (attribute === ''))
    reader.refuse(undefined, 'needs either a header or an attribute');
  return header === '' ? { attribute: `${attribute}/${producer}` } : { header: header.trim().toLowerCase() };
}
