import { hostPort } from '../../host-port.ts';
import type { HeaderChanges } from '../../plugin.ts';
import type { RequestState } from '../../request-state.ts';

/** Read by the decode pod's sidecar. Source: pkg/common/routing/common.go of llm-d-router at ebab6879. */
const PREFILL_HEADER = 'x-prefiller-host-port';
const ENCODE_HEADER = 'x-encoder-hosts-ports';

/** Names the targets of the prefill and encode profiles; what the client sent under these names is removed first. */
export function setDisaggHeaders(
  state: RequestState,
  headers: HeaderChanges,
  prefillProfile: string,
  encodeProfile: string,
): void {
  const [prefill] = state.result(prefillProfile)?.targets ?? [];
  headers.set(
    PREFILL_HEADER,
    prefill === undefined ? undefined : hostPort(prefill.endpoint.address, prefill.port),
  );
  const encode = state.result(encodeProfile)?.targets ?? [];
  headers.set(
    ENCODE_HEADER,
    encode.length === 0
      ? undefined
      : encode.map(({ endpoint, port }) => hostPort(endpoint.address, port)).join(','),
  );
}
