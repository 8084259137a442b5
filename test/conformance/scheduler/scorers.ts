import { PEER_DATA } from '../../../scheduler/attributes.ts';
import type { LoadedConfig } from '../../../scheduler/config/loaded-config.ts';
import { Endpoint } from '../../../scheduler/endpoint.ts';
import { EndpointPicker } from '../../../scheduler/endpoint-picker.ts';
import { deepDifferences } from './deep-differences.ts';
import type { Difference, Family, Outcome } from './family.ts';
import { guarded } from './guarded.ts';
import { loadRecorded } from './load-recorded.ts';
import { profileDifferences, recordedError } from './profile-differences.ts';
import type {
  ConfigLine,
  RecordedEndpoint,
  RecordedError,
  RecordedProfile,
  RecordedRequest,
} from './recorded-types.ts';
import { attributeOf, endpointInfo, metricsOf, RecordedPrompts } from './recorded-world.ts';

/** One decision with all data given: no producer runs, every case starts from a fresh picker. */
export const scorersFamily: Family = {
  name: 'scorers',
  *check(lines) {
    const configs = new Map<string, ReturnType<typeof loadRecorded>>();
    for (const line of lines as Iterable<ConfigLine | CaseLine>) {
      if (line.kind === 'config') configs.set(line.id, loadRecorded(line));
      else yield checkCase(line, configs.get(line.config));
    }
  },
};

interface CaseLine {
  readonly kind: 'case';
  readonly id: string;
  readonly config: string;
  readonly endpoints: readonly RecordedEndpoint[];
  readonly request: RecordedRequest;
  readonly profiles: readonly RecordedProfile[];
  readonly error?: RecordedError;
}

const NOW = 1000;

function checkCase(line: CaseLine, loaded: ReturnType<typeof loadRecorded> | undefined): Outcome {
  const cause = `configuration ${line.config}, request ${JSON.stringify(line.request)}`;
  const done = (differences: readonly Difference[]): Outcome => ({
    id: line.id,
    kind: line.config,
    differences,
  });
  const config = loaded?.config;
  if (config === undefined)
    return done([{ field: 'config', expected: 'loads', actual: loaded?.problems, cause }]);
  return done(guarded(() => differencesOf(line, config, cause), cause));
}

function differencesOf(line: CaseLine, config: LoadedConfig, cause: string): Difference[] {
  const picker = new EndpointPicker(config, { seed: 1 });
  for (const endpoint of line.endpoints) {
    picker.observeMembership({ added: [endpointInfo(endpoint)] }, NOW);
    picker.observeMetrics(endpoint.id, metricsOf(endpoint.metrics, NOW));
    for (const [key, value] of Object.entries(endpoint.attrs ?? {}))
      picker.observeAttribute(endpoint.id, key, attributeOf(key, value));
  }
  const request = new RecordedPrompts().request(line.request, NOW);
  const state = picker.open(request);
  state.phase = 'produced';
  state.candidates = picker.endpoints;
  state.prompts = request.prompts;
  state.inputTokens = (request.prompts ?? []).reduce((sum, { length }) => sum + length, 0);
  const { peerTopology } = line.request;
  if (peerTopology !== undefined) {
    const peer = new Endpoint({ id: 'peer', address: '', port: '' }, -1);
    peer.attributes[picker.key('Topology/topology-extractor').slot] = peerTopology;
    state.set(picker.key<Endpoint>(PEER_DATA), peer);
  }
  const decision = picker.schedule(state, NOW, { explain: true });
  const error = decision.kind === 'rejected' ? recordedError(decision) : undefined;
  return [
    ...profileDifferences(line.profiles, state.results, cause),
    ...deepDifferences(line.error, error, cause, 'error'),
    ...pickDifferences(line, config, decision.kind === 'rejected' ? undefined : decision.endpoint.id, cause),
  ];
}

/** A max-score-picker's pick is one of the best. */
function pickDifferences(
  { profiles }: CaseLine,
  config: LoadedConfig,
  pick: string | undefined,
  cause: string,
): Difference[] {
  const [profile] = config.effective.profiles;
  const type = config.effective.plugins.find(({ name }) => name === profile?.picker)?.type;
  const best = profiles[0]?.argmax ?? [];
  if (type !== 'max-score-picker' || pick === undefined || best.includes(pick)) return [];
  return [{ field: 'pick', expected: best, actual: pick, cause }];
}
