import { hostPort } from '../../host-port.ts';
import type { ProfileResults } from '../../cycle/profile-results.ts';
import type { RequestState } from '../../request-state.ts';

/** Tells a data-parallel pod which of its engine cores was meant. Source: pkg/common/routing/common.go. */
const DATA_PARALLEL_HEADER = 'x-data-parallel-host-port';

/** Sends a profile's targets to one port and puts where the first of them really is into a header. */
export function rewritePort(
  state: RequestState,
  results: ProfileResults,
  profile: string,
  port: string,
): void {
  const result = results.get(profile);
  const [first] = result?.targets ?? [];
  if (result === undefined || first === undefined) return;
  state.headerChanges.set(DATA_PARALLEL_HEADER, hostPort(first.endpoint.address, first.endpoint.port));
  results.set(profile, {
    ...result,
    targets: result.targets.map(({ endpoint }) => ({ endpoint, port, rewritten: true })),
  });
}
